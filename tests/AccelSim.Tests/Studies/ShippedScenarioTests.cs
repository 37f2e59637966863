using AccelSim.Models;
using AccelSim.Studies;

namespace AccelSim.Tests.Studies;

public sealed class ShippedScenarioTests
{
    public static TheoryData<string> Scenarios => [.. Directory
        .GetFiles(Path.Combine(RepositoryRoot.Path, "traces", "scenarios"), "*.json")
        .Select(path => Path.GetFileName(path))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void ShippedScenario_RunsAndServesEverybody(string file)
    {
        var path = Path.Combine(RepositoryRoot.Path, "traces", "scenarios", file);
        var scenario = ScenarioReader.Read(path);
        var result = ScenarioRunner.Load(scenario, Path.GetDirectoryName(path)).Run();
        Assert.Equal(result.Requests.Count, result.Metrics.Completed);
        Assert.NotEqual(0, result.Metrics.OutputTokens);
    }

    [Fact]
    public void PrefixAwareRouting_FindsMoreThanRoundRobin()
    {
        var path = Path.Combine(
            RepositoryRoot.Path, "traces", "scenarios", "chat-sessions-prefix.json");
        var aware = ScenarioReader.Read(path);
        var blind = aware with { Router = AccelSim.Serving.RouterKind.RoundRobin };
        var found = ScenarioRunner.Load(aware).Run().Metrics.CachedTokens;
        var lost = ScenarioRunner.Load(blind).Run().Metrics.CachedTokens;
        Assert.True(found > 1.1 * lost, $"{found} cached tokens against {lost}");
    }

    [Fact]
    public void EntriesThatShareAPool_MayNotNeedMoreThanItHas()
    {
        var path = Path.Combine(
            RepositoryRoot.Path, "traces", "scenarios", "chat-sessions-prefix.json");
        var scenario = ScenarioReader.Read(path);
        var two = scenario with
        {
            Replicas = [scenario.Replicas[0] with { Count = 5 }, scenario.Replicas[0]],
        };
        var problem = Assert.Throws<InfeasiblePlanException>(() => ScenarioRunner.Load(two).Run());
        Assert.Equal(
            "hwconfigs/clusters/dgx-h100.json: 2 entries of replicas need 9 accelerators of one "
            + "pool, which has 8.", problem.Message);
    }
}
