using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Benchmarks;

/// <summary>
/// The Azure 2023 conversation trace on 1, 16 and 64 replicas of Llama-3.1-8B on an H100.
/// </summary>
public sealed class ServingBenchmark : IBenchmark
{
    private const string Trace = "../shared/workloads/AzureLLMInferenceTrace_conv.csv";

    /// <inheritdoc/>
    public string Name => "serving";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!File.Exists(Trace))
        {
            report.Note($"  {Trace} is not here; run from the repository's folder.");
            return;
        }
        foreach (var replicas in new[] { 1, 16, 64 })
        {
            var runner = ScenarioRunner.Load(Scenario(replicas));
            report.Measure(
                $"Azure conversations, {replicas} replicas", "requests",
                () => runner.Run().Metrics.Completed);
            var result = runner.Run();
            report.Note(FormattableString.Invariant(
                $"  {result.Steps:N0} steps in {result.Events:N0} events"));
        }
    }

    private static Scenario Scenario(int replicas) => new()
    {
        Model = "llama-3.1-8b",
        Replicas = [new ReplicaSpec { Hardware = "h100-sxm", Count = replicas }],
        Workload = new WorkloadSource { File = Trace },
    };
}
