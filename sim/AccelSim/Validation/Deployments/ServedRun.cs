using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;
using Newtonsoft.Json.Linq;

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
        var requests = Read(Path.Combine(folder, Folder, "requests.jsonl"));
        if (devices.Count > 0 && !devices.Contains(Device))
            return new WholeRows([], Counted(requests.Count, 0, requests.Count), []);
        var records = Simulate(
            requests, Settings(Path.Combine(folder, Folder, "meta.json")), rung);
        List<WholeRow> rows = [];
        const string what = "Llama-3.1-8B, rtx_4090, vllm";
        foreach (var (request, record) in requests.Zip(records))
        {
            var shape = $"{request.Prompt} + {request.Output} tokens at {request.Queued:F2} s";
            void Add(string metric, double predicted, double measured) => rows.Add(
                new(metric, "request", what, shape, request.Line, predicted, measured));
            Add("ttft", record.Ttft.Value, request.First - request.Queued);
            Add("latency", record.E2eLatency.Value, request.Last - request.Queued);
            if (record.Tpot is { } tpot)
            {
                Add("tpot", tpot.Value, (request.Last - request.First) / (request.Output - 1));
            }
        }
        rows.Add(new(
            "makespan", "run", what, $"{requests.Count} requests", 0,
            records.Max(record => record.LastToken.Picoseconds) * 1e-12,
            requests.Max(request => request.Last)));
        return new WholeRows(rows, Counted(requests.Count, requests.Count, 0), []);
    }

    private static IReadOnlyList<RequestRecord> Simulate(
        List<Served> requests, EngineSettings settings, CostRung rung)
    {
        var workload = new Workload
        {
            Origin = Folder,
            Requests =
            [
                .. requests.Select((request, id) => new Request
                {
                    Id = id,
                    Arrival = new SimTime((long)Math.Round(request.Queued * 1e12)),
                    PromptTokens = request.Prompt,
                    OutputTokens = request.Output,
                }),
            ],
        };
        var model = ModelCatalog.Load("llama-3.1-8b");
        var engine = EngineCatalog.Open(settings.Profile!);
        var deployment = new DeploymentBuilder(model, "auto", "auto", "auto", 16)
        {
            Rung = rung,
            // Times are of the engine's own queue, behind the front end.
            Engine = engine with
            {
                Host = engine.Host with
                {
                    PerRequest = engine.Host.PerRequest with { Value = default },
                },
            },
        }
            .Build(
                Catalog.Open("rtx-4090"),
                new ReplicaSpec { Hardware = "rtx-4090", Engine = settings });
        var run = new ServingSimulation(workload, [deployment], RouterKind.RoundRobin);
        run.Run();
        return run.Records;
    }

    /// <summary>The settings that the engine resolved.</summary>
    private static EngineSettings Settings(string file)
    {
        var meta = StrictJson.ReadObject(TextFile.Read(file), file);
        var scheduler = Child(meta, "resolved_config.scheduler_config", file);
        var cache = Child(meta, "kv_cache", file);
        return new EngineSettings
        {
            Profile = "vllm",
            MaxNumSeqs = (int)Number(scheduler, "max_num_seqs", file),
            MaxNumBatchedTokens = (int)Number(scheduler, "max_num_batched_tokens", file),
            SchedulerReserveFullIsl = (bool?)scheduler["scheduler_reserve_full_isl"] ?? true,
            AsyncScheduling = (bool?)scheduler["async_scheduling"] ?? false,
            BlockSize = (int)Number(cache, "block_size", file),
            NumGpuBlocksOverride = (long)Number(cache, "num_gpu_blocks", file),
            EnablePrefixCaching = (bool?)cache["enable_prefix_caching"] ?? false,
        };
    }

    private static List<Served> Read(string file)
    {
        var lines = TextFile.Read(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var requests = lines.Select((line, i) =>
        {
            var one = StrictJson.ReadObject(line, $"{file}({i + 1})");
            double At(string name) => Number(one, name, file);
            return new Served(
                i + 1, (int)At("input_toks"), (int)At("output_toks"), At("queued_ts"),
                At("first_token_ts"), At("last_token_ts"));
        }).OrderBy(request => request.Queued).ToList();
        var start = requests[0].Queued;
        return
        [
            .. requests.Select(request => request with
            {
                Queued = request.Queued - start,
                First = request.First - start,
                Last = request.Last - start,
            }),
        ];
    }

    private static JObject Child(JObject parent, string path, string file) =>
        parent.SelectToken(path) as JObject
        ?? throw new ConfigException(file, 0, "$." + path, "is missing; an object is expected.");

    private static double Number(JObject parent, string name, string file) =>
        parent[name] is JValue { Type: JTokenType.Integer or JTokenType.Float } value
            ? (double)value
            : throw new ConfigException(
                file, 0, $"$.{name}", "is missing or no number; a number is expected.");

    private static TableCount Counted(int rows, int judged, int leftOut) =>
        new(Name, true, rows, judged, 0, leftOut);

    private sealed record Served(
        int Line, int Prompt, int Output, double Queued, double First, double Last);
}
