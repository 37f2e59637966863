using AccelSim.Models;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Models;

public sealed class ShippedModelTests
{
    private static readonly JObject Published = JObject.Parse(File.ReadAllText(Path.Combine(
        RepositoryRoot.Path, "tests/AccelSim.Tests/Models/published-parameters.json")));

    public static TheoryData<string> Ids => [.. ModelCatalog.Ids];

    [Theory, MemberData(nameof(Ids))]
    public void ParameterCount_IsThePublishedOneWithinOnePercent(string id)
    {
        var published = (long)Published[id]!["parameters"]!;
        var counted = OperatorGraph.ParameterCount(ModelCatalog.Load(id));
        Assert.True(Math.Abs(counted - published) <= published / 100.0,
            $"{id}: counted {counted:N0}, published {published:N0}");
    }

    [Fact]
    public void EveryShippedModel_IsInThePublishedTable_AndNoOther() =>
        Assert.Equal(
            ModelCatalog.Ids,
            Published.Properties().Select(p => p.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void AtLeastFortyModelsShip() => Assert.True(ModelCatalog.Ids.Count >= 40);
}
