using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Tests.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Metrics;

public sealed class LatencyTests
{
    [Fact]
    public void Percentiles_AreNearestRank()
    {
        var summary = LatencySummary.Of([.. Enumerable.Range(1, 10).Select(i => (double)i)])!;
        Assert.Equal(
            (5.0, 9.0, 10.0, 10.0, 10.0, 5.5),
            (summary.P50.Value, summary.P90.Value, summary.P95.Value, summary.P99.Value,
                summary.Max.Value, summary.Mean.Value));
    }

    [Fact]
    public void NoValues_NoSummary() => Assert.Null(LatencySummary.Of([]));

    [Fact]
    public void Slo_IsMetAtEquality_AndMissedAPicosecondLater()
    {
        for (var ms = 1; ms < 500; ms++)
        {
            foreach (var outputs in new[] { 2, 4, 8, 100 })
            {
                var limit = ms * 1_000_000_000L;
                var slo = new Slo
                {
                    Ttft = Quantity.Parse<Seconds>($"{ms} ms"),
                    Tpot = Quantity.Parse<Seconds>($"{ms} ms"),
                };
                Assert.True(slo.IsMetBy(Record(limit, limit * (outputs - 1), outputs)), $"{ms} ms");
                Assert.False(slo.IsMetBy(Record(limit + 1, 0, outputs)));
                Assert.False(slo.IsMetBy(Record(limit, limit * (outputs - 1) + 1, outputs)));
            }
        }
    }

    [Fact]
    public void OneToken_HasNoTpot_AndMeetsIts()
    {
        var record = Record(7, 0, 1);
        Assert.Null(record.Tpot);
        Assert.True(new Slo { Tpot = new Seconds(1e-9) }.IsMetBy(record));
    }

    [Fact]
    public void Goodput_CountsRefusedRequestsInTheAttainmentOnly()
    {
        var deployment = Rig.Deploy(
            Rig.Chip(("\"hostPerStep\": \"0 ms\"", "\"hostPerStep\": \"1 ms\"")),
            spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = 4 }));
        var run = Rig.Simulate(
            deployment, Rig.Requests((0, 10, 5), (0, 500, 5), (1, 10, 5), (1, 10, 5)));
        var metrics = Rig.Result(run, new Slo { Ttft = new Seconds(1e-9) }).Metrics;
        Assert.Equal((3, 1, 0), (metrics.Completed, metrics.Rejected, metrics.MetSlo));
        var free = Rig.Result(run).Metrics;
        Assert.Equal(0.75, free.SloAttainment);
        Assert.Equal(3 / free.Duration.Value, free.GoodputRequestsPerSecond, 1e-9);
        Assert.Equal(15, free.OutputTokens);
    }

    private static RequestRecord Record(long ttft, long decode, int outputs) => new(
        new Request { Id = 0, Arrival = default, PromptTokens = 1, OutputTokens = outputs },
        0, new SimTime(3), new SimTime(3), new SimTime(3 + ttft), new SimTime(3 + ttft + decode),
        0, 0, null);
}
