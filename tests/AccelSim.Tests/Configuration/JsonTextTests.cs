using AccelSim.Configuration;

namespace AccelSim.Tests.Configuration;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{\n  \"a\": 1 // one\n}\n", "{\n  \"a\": 2 // one\n}\n")]
    [InlineData("{ \"b\": { \"a\": 1 } }", "{ \"b\": { \"a\": 1 },\n  \"a\": 2\n}")]
    [InlineData("{}", "{\n  \"a\": 2\n}")]
    [InlineData(
        "/* \"a\": */ {\n  \"b\": \"} \\\" a\"\n}",
        "/* \"a\": */ {\n  \"b\": \"} \\\" a\",\n  \"a\": 2\n}")]
    public void OneMember_IsReplacedOrAppended(string before, string after) =>
        Assert.Equal(after, JsonText.With(before, ["a"], "2"));

    [Fact]
    public void ObjectsOnTheWay_AreMade() => Assert.Equal(
        "{\n  \"a\": {\n    \"b\": {\n      \"c\": 2\n    }\n  }\n}",
        JsonText.With("{}", ["a", "b"], "{\n  \"c\": 2\n}"));

    [Fact]
    public void NeighboursOfADeepMember_Stay() => Assert.Equal(
        "{\n  \"a\": {\n    // kept\n    \"b\": [1, { \"x\": 2 }],\n    \"c\": 3\n  },"
            + "\n  \"d\": 4\n}\n",
        JsonText.With(
            "{\n  \"a\": {\n    // kept\n    \"b\": [1, { \"x\": 2 }]\n  },\n  \"d\": 4\n}\n",
            ["a", "c"], "3"));

    [Fact]
    public void ANull_IsReplacedByAnObject() => Assert.Equal(
        "{\n  \"a\": {\n    \"b\": 2\n  }\n}",
        JsonText.With("{\n  \"a\": null\n}", ["a", "b"], "2"));
}
