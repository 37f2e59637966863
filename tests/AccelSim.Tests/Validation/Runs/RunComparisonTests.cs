using AccelSim.Costs;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Validation.Runs;
using AccelSim.Workloads.Runs;

namespace AccelSim.Tests.Validation.Runs;

/// <summary>A run beside a simulation of the same requests.</summary>
public sealed class RunComparisonTests
{
    private static readonly CostRung Rung = CostRung.Named("roofline", "--cost-model");

    [Fact]
    public void ASimulation_IsItsOwnEqual()
    {
        var compared = new RunComparison(RunSimulation.Of(Of(Simulated(), 1), Scenario(), Rung));
        Assert.Equal(0, compared.Largest);
        Assert.Equal(["TTFT", "TPOT", "latency"], compared.Metrics.Select(one => one.Name));
        Assert.All(compared.Metrics, one => Assert.Equal((0, 0, 0, 0),
            (one.Errors.Median, one.Errors.Mean, one.Errors.P90, one.Errors.Bias)));
        Assert.Equal(compared.Makespan.Measured, compared.Makespan.Simulated, 1e-9);
    }

    [Fact]
    public void ARunOfTwiceTheTimes_IsHalvedInEveryMetric()
    {
        var compared = new RunComparison(RunSimulation.Of(Of(Simulated(), 2), Scenario(), Rung));
        Assert.All(compared.Metrics, one =>
        {
            Assert.Equal(-0.5, one.Errors.Bias, 1e-6);
            Assert.Equal(0.5, one.Simulated / one.Measured, 1e-6);
        });
        Assert.True(compared.Largest >= 0.5);
    }

    [Fact]
    public void HardwareThatCannotHoldTheRunsBlocks_IsRefused()
    {
        var run = Of(Simulated(), 1) with
        {
            Settings = new RunSettings { File = "meta.json", KvBlocks = 10_000_000 },
        };
        var error = Assert.Throws<AccelSim.Models.InfeasiblePlanException>(
            () => RunSimulation.Of(run, Scenario(), Rung));
        Assert.StartsWith(
            "the run had 10000000 KV blocks of 16 tokens (meta.json), but ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsOfTheRun_ComeBeforeOthers()
    {
        var known = new RunSettings { MaxNumSeqs = 3, KvBlocks = 70, AsyncScheduling = true };
        var settings = known.Over(new EngineSettings { MaxNumSeqs = 9, MaxNumBatchedTokens = 512 });
        Assert.Equal(
            (3, 512, 70L, true),
            (settings.MaxNumSeqs, settings.MaxNumBatchedTokens, settings.NumGpuBlocksOverride,
                settings.AsyncScheduling));
    }

    private static IReadOnlyList<RequestRecord> Simulated() => RunSimulation.Of(
        new MeasuredRun
        {
            File = "made",
            Format = "made",
            Requests =
            [
                .. Enumerable.Range(0, 12).Select(i => new MeasuredRequest(
                    i + 1, new SimTime(i * 40_000_000_000), default, default, 100 + 37 * i,
                    1 + 3 * i, 0)),
            ],
        },
        Scenario(), Rung).Records;

    private static MeasuredRun Of(IReadOnlyList<RequestRecord> records, double factor) => new()
    {
        File = "made",
        Format = "made",
        Requests =
        [
            .. records.Select((one, i) => new MeasuredRequest(
                i + 1, one.Arrival, one.Arrival + factor * one.Ttft,
                one.Arrival + factor * one.E2eLatency,
                one.Request.PromptTokens, one.Request.OutputTokens, 0)),
        ],
    };

    private static Scenario Scenario() => new()
    {
        Model = "llama-3.1-8b",
        Workload = new WorkloadSource(),
        Replicas = [new ReplicaSpec { Hardware = "h100-sxm" }],
    };
}
