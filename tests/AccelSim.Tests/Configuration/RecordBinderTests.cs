using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Tests.Configuration;

public sealed class RecordBinderTests
{
    public enum Policy
    {
        FirstCome,
        ShortestFirst,
    }

    public sealed record Limit(string Name, Seconds Bound, int Weight = 3);

    public sealed record Scenario
    {
        public required string Model { get; init; }

        [Limits(AtLeast = 1)]
        public int Replicas { get; init; } = 1;

        public double? Rate { get; init; }

        public bool Prefixes { get; init; } = true;

        public long Seed { get; init; }

        public Policy Policy { get; init; } = Policy.FirstCome;

        public Bytes? Budget { get; init; }

        public IReadOnlyList<Limit> Limits { get; init; } = [];

        public IReadOnlyDictionary<Policy, Ratio> Shares { get; init; } =
            new Dictionary<Policy, Ratio>();

        public int Derived => Replicas * 2;
    }

    [Fact]
    public void WholeRecord_IsRead()
    {
        var read = Bind("""
            {
              "$schema": "x", "model": "m", "replicas": 4, "rate": 2.5, "prefixes": false,
              "seed": 9007199254740993, "policy": "shortestFirst", "budget": "2 GiB",
              "limits": [ { "name": "ttft", "bound": "1 s" },
                          { "name": "tpot", "bound": "50 ms", "weight": 1 } ],
              "shares": { "firstCome": 0.25, "shortestFirst": "75 %" }
            }
            """);
        Assert.Equal(("m", 4, 2.5, false), (read.Model, read.Replicas, read.Rate, read.Prefixes));
        Assert.Equal(9007199254740993, read.Seed);
        Assert.Equal(2L << 30, read.Budget!.Value.Value);
        Assert.Equal([new("ttft", new(1), 3), new("tpot", new(0.05), 1)], read.Limits);
        Assert.Equal(0.75, read.Shares[Policy.ShortestFirst].Value, 12);
    }

    [Fact]
    public void AbsentMembers_KeepTheirDefaults()
    {
        var read = Bind("""{ "model": "m" }""");
        Assert.Equal((1, true, Policy.FirstCome), (read.Replicas, read.Prefixes, read.Policy));
        Assert.Null(read.Rate);
        Assert.Empty(read.Limits);
    }

    [Theory]
    [InlineData("""{ }""", "$: lacks \"model\": text.")]
    [InlineData("""{ "model": "m", "replica": 2 }""",
        "$.replica: unknown member; did you mean \"replicas\"? Known: model, replicas, rate, "
            + "prefixes, seed, policy, budget, limits, shares.")]
    [InlineData("""{ "model": "m", "derived": 2 }""",
        "$.derived: unknown member; known: model, replicas, rate, prefixes, seed, policy, budget, "
            + "limits, shares.")]
    [InlineData("""{ "model": "m", "replicas": 0 }""",
        "$.replicas: must be at least 1, but 0 is not.")]
    [InlineData("""{ "model": "m", "replicas": 2.0 }""",
        "$.replicas: expected a whole number, but found the number 2.0.")]
    [InlineData("""{ "model": "m", "replicas": 5000000000 }""",
        "$.replicas: 5000000000 is too large.")]
    [InlineData("""{ "model": "m", "seed": 99999999999999999999 }""",
        "$.seed: expected a whole number, but found the number 99999999999999999999.")]
    [InlineData("""{ "model": "m", "rate": "2" }""",
        "$.rate: expected a number, but found the text \"2\".")]
    [InlineData("""{ "model": "m", "rate": null }""",
        "$.rate: is null; remove the member or give a number.")]
    [InlineData("""{ "model": null }""", "$.model: is null; give text.")]
    [InlineData("""{ "model": "m", "prefixes": 1 }""",
        "$.prefixes: expected true or false, but found the number 1.")]
    [InlineData("""{ "model": "m", "policy": "fcfs" }""",
        "$.policy: \"fcfs\" is no policy; known: firstCome, shortestFirst.")]
    [InlineData("""{ "model": "m", "policy": 1 }""",
        "$.policy: expected one of firstCome, shortestFirst, but found the number 1.")]
    [InlineData("""{ "model": "m", "budget": 5 }""",
        "$.budget: expected text with a unit, such as \"80 GB\", but found the number 5.")]
    [InlineData("""{ "model": "m", "limits": {} }""",
        "$.limits: expected a list […], but found an object.")]
    [InlineData("""{ "model": "m", "limits": [ 5 ] }""",
        "$.limits[0]: expected an object {…}, but found the number 5.")]
    [InlineData("""{ "model": "m", "limits": [ { "name": "a" } ] }""",
        "$.limits[0]: lacks \"bound\": text with a unit, such as \"3 us\".")]
    [InlineData("""{ "model": "m", "limits": [ { "name": "a", "bound": "1 s" }, null ] }""",
        "$.limits[1]: is null; remove the member or give an object {…}.")]
    [InlineData("""{ "model": "m", "shares": { "best": 1 } }""",
        "$.shares.best: \"best\" is no policy; known: firstCome, shortestFirst.")]
    [InlineData("""{ "model": "m", "shares": { "firstCome": -1 } }""",
        "$.shares.firstCome: must be at least 0, but \"-1\" is not.")]
    public void BrokenRecord_IsRefusedWithThisMessage(string text, string expected) =>
        Assert.Equal(
            "s.json(1): " + expected,
            Assert.Throws<ConfigException>(() => Bind(text)).Message);

    [Fact]
    public void AllProblems_ComeInTheOrderOfTheirLines()
    {
        var problem = Assert.Throws<ConfigException>(() => Bind("""
            { "seed": "x",
              "model": 3,
              "rat": 1 }
            """));
        Assert.Equal([1, 2, 3], problem.All.Select(one => one.Line));
    }

    [Theory]
    [InlineData("bandwith", "did you mean \"bandwidth\"? Known: role, bandwidth.")]
    [InlineData("band", "did you mean \"bandwidth\"? Known: role, bandwidth.")]
    [InlineData("xyz", "known: role, bandwidth.")]
    public void Hint_NamesTheNearestOnlyWhereOneIsNear(string name, string expected) =>
        Assert.Equal(expected, NearestName.Hint(name, ["role", "bandwidth"]));

    [Theory]
    [InlineData("target", "t5-large", false)]
    [InlineData("targe", "t5-large", false)]
    [InlineData("hmb", "hbm", true)]
    [InlineData("h101", "h100-sxm", true)]
    [InlineData("llama3.1-8b", "llama-3.1-8b", true)]
    [InlineData("id", "die", false)]
    [InlineData("T", "testhost.dll", false)]
    public void OnlyASlip_IsNear(string name, string known, bool isNear) =>
        Assert.Equal(isNear, NearestName.Near(name, [known]).Count == 1);

    private static Scenario Bind(string text) =>
        RecordBinder.Bind<Scenario>(StrictJson.ReadObject(text, "s.json"), "s.json");
}
