using System.Text.Json;
using AccelSim.Serving;

namespace AccelSim.Reports.Tests;

public sealed class SummaryJsonTests
{
    private static string Text => SummaryJson.Text(SmallRun.Result, "0.0.0-test", null);

    [Fact]
    public void Summary_OfTheSmallRun_IsTheGoldenOne() => Golden.Check("summary.json", Text);

    [Fact]
    public void Summary_OfTheSameScenarioTwice_HasTheSameBytes() =>
        Assert.Equal(Text, SummaryJson.Text(SmallRun.Load().Run(), "0.0.0-test", null));

    [Theory]
    [InlineData("metrics.ttft_ms.p99")]
    [InlineData("metrics.tpot_ms.mean")]
    [InlineData("metrics.itl_ms.max")]
    [InlineData("metrics.e2e_ms.p95")]
    [InlineData("metrics.output_tokens_per_second")]
    [InlineData("metrics.total_tokens_per_second")]
    [InlineData("metrics.requests_per_second")]
    [InlineData("metrics.goodput_requests_per_second")]
    [InlineData("metrics.slo_attainment")]
    [InlineData("energy.joules_per_output_token")]
    [InlineData("cost.usd_per_million_output_tokens")]
    [InlineData("simulation.requests_completed")]
    [InlineData("simulation.steps")]
    [InlineData("simulation.events")]
    [InlineData("simulation.wall_seconds")]
    [InlineData("simulation.peak_memory_bytes")]
    [InlineData("provenance.datasheet")]
    public void Summary_HasTheNumber(string path)
    {
        var text = SummaryJson.Text(
            SmallRun.Result, "0.0.0-test", new SimulationCost(0.25, 1_000_000));
        var node = JsonDocument.Parse(text).RootElement;
        foreach (var name in path.Split('.')) node = node.GetProperty(name);
        Assert.Equal(JsonValueKind.Number, node.ValueKind);
    }

    [Fact]
    public void LimitsOfEachPhase_SumToOne()
    {
        var limits = JsonDocument.Parse(Text).RootElement.GetProperty("limits");
        foreach (var phase in limits.EnumerateObject())
        {
            var sum = phase.Value.GetProperty("by_resource").EnumerateArray()
                .Sum(entry => entry.GetProperty("share").GetDouble());
            Assert.Equal(1, sum, 9);
        }
    }

    [Fact]
    public void Summary_WhereEveryRequestIsRefused_SaysNullNotNaN()
    {
        var result = SmallRun.Load(engine: new EngineSettings { MaxModelLen = 1 }).Run();
        var root = JsonDocument.Parse(SummaryJson.Text(result, "0.0.0-test", null)).RootElement;
        Assert.Equal(
            JsonValueKind.Null,
            root.GetProperty("metrics").GetProperty("ttft_ms").GetProperty("p50").ValueKind);
        Assert.Equal(
            JsonValueKind.Null,
            root.GetProperty("energy").GetProperty("joules_per_output_token").ValueKind);
        Assert.Equal(
            24, root.GetProperty("simulation").GetProperty("requests_rejected").GetInt32());
    }
}
