using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Reports.Tests;

/// <summary>The small run that most of these tests report on: 24 requests on one H100.</summary>
internal static class SmallRun
{
    private static readonly Lazy<RunResult> Finished = new(() => Load().Run());

    public static RunContext Context { get; } = new(
        "0.0.0-test", "accelsim simulate scenario.json --out out", InputFiles.Of(Load()));

    public static RunResult Result => Finished.Value;

    public static ScenarioRunner Load(
        int requests = 24, int tp = 1, int pp = 1, int replicas = 1,
        string hardware = "h100-sxm", EngineSettings? engine = null, double rate = 8,
        int maxInput = 3000) =>
        ScenarioRunner.Load(new Scenario
        {
            Name = "small",
            Seed = 7,
            Model = "llama-3.1-8b",
            Replicas =
            [
                new ReplicaSpec
                {
                    Hardware = hardware, Tp = tp, Pp = pp, Count = replicas,
                    Engine = engine ?? new EngineSettings(),
                },
            ],
            Workload = new WorkloadSource
            {
                Generate = new WorkloadSpec
                {
                    Requests = requests,
                    Arrivals = new ArrivalSpec
                    {
                        Kind = ArrivalKind.Poisson, RequestsPerSecond = rate,
                    },
                    Input = new LengthSpec { Kind = LengthKind.Uniform, Min = 16, Max = maxInput },
                    Output = new LengthSpec { Kind = LengthKind.Uniform, Min = 1, Max = 90 },
                },
            },
            Slo = new() { Ttft = new Seconds(0.05), Tpot = new Seconds(0.008) },
        });
}
