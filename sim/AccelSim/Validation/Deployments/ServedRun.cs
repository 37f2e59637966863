using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Serving;
using AccelSim.Validation.Runs;
using AccelSim.Workloads.Runs;

namespace AccelSim.Validation.Deployments;

/// <summary>
/// A run of vLLM on one RTX 4090, request by request: the same arrivals, lengths, settings and KV
/// blocks are simulated.
/// </summary>
/// <remarks>
/// Requests arrive when the engine queued them. The cache is on as in the run, but its prompts are
/// not public: none shares a prefix here.
/// </remarks>
public static class ServedRun
{
    /// <summary>What reports call it.</summary>
    public const string Name = "served_run";

    /// <summary>Its folder among the tables.</summary>
    public const string Folder = "vllm-rtx4090-llama-3.1-8b";

    /// <summary>The accelerator that it was measured on, as tables name it.</summary>
    public const string Device = "rtx_4090";

    /// <summary>Simulates the run and compares each request.</summary>
    /// <param name="folder">The folder of the tables.</param>
    /// <param name="rung">What prices operators.</param>
    /// <param name="devices">Only these devices; empty for all.</param>
    /// <exception cref="ConfigException">A file is malformed.</exception>
    public static WholeRows Judge(string folder, CostRung rung, IReadOnlyList<string> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var run = RunReader.Read(Path.Combine(folder, Folder, "requests.jsonl"));
        if (run.Settings.File is null)
        {
            throw new ConfigException(run.File, 0, "",
                "has no meta.json beside it, which states the engine's settings.");
        }
        var count = run.Requests.Count;
        if (devices.Count > 0 && !devices.Contains(Device))
            return new WholeRows([], Counted(count, 0, count), []);
        var records = RunSimulation.Of(run, Scenario(run.Settings), rung).Records;
        List<WholeRow> rows = [];
        const string what = "Llama-3.1-8B, rtx_4090, vllm";
        foreach (var (request, record) in run.Requests.Zip(records))
        {
            var shape = $"{request.PromptTokens} + {request.OutputTokens} tokens at "
                + $"{request.Arrival.Seconds:F2} s";
            void Add(string metric, double predicted, double measured) => rows.Add(
                new(metric, "request", what, shape, request.Line, predicted, measured));
            Add("ttft", record.Ttft.Value, request.Ttft.Value);
            Add("latency", record.E2eLatency.Value, request.Latency.Value);
            if (record.Tpot is { } tpot) Add("tpot", tpot.Value, request.Tpot!.Value.Value);
        }
        rows.Add(new(
            "makespan", "run", what, $"{count} requests", 0,
            records.Max(record => record.LastToken.Picoseconds) * 1e-12,
            run.Requests.Max(request => request.LastToken.Seconds)));
        return new WholeRows(rows, Counted(count, count, 0), []);
    }

    /// <summary>The settings that the engine resolved.</summary>
    private static Scenario Scenario(RunSettings settings) => new()
    {
        Model = "llama-3.1-8b",
        Workload = new WorkloadSource(),
        Replicas =
        [
            new ReplicaSpec
            {
                Hardware = "rtx-4090",
                Engine = settings.Over(new EngineSettings { Profile = "vllm" }),
            },
        ],
    };

    private static TableCount Counted(int rows, int judged, int leftOut) =>
        new(Name, true, rows, judged, 0, leftOut);
}
