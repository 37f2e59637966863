using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Workloads.Runs;

/// <summary>Settings of the engine that served a run; null where nothing states them.</summary>
public sealed record RunSettings
{
    /// <summary>The log's companion (github.com/casys-kaist/LLMServingSim, bench).</summary>
    private const string LogFile = "meta.json";

    /// <summary>What <c>simulate --out</c> writes, and its requests beside it.</summary>
    private const string SummaryFile = "summary.json", RequestsFile = "requests.csv";

    /// <summary>The file that states them; null where there is none.</summary>
    public string? File { get; init; }

    /// <summary>Most sequences of a step.</summary>
    public int? MaxNumSeqs { get; init; }

    /// <summary>Most tokens of a step.</summary>
    public int? MaxNumBatchedTokens { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    public int? BlockSize { get; init; }

    /// <summary>KV blocks of the engine.</summary>
    public long? KvBlocks { get; init; }

    /// <summary>Whether equal prefixes were shared.</summary>
    public bool? EnablePrefixCaching { get; init; }

    /// <summary>Whether a request waited for blocks of its whole prompt.</summary>
    public bool? SchedulerReserveFullIsl { get; init; }

    /// <summary>Whether a step was prepared while the one before ran.</summary>
    public bool? AsyncScheduling { get; init; }

    /// <summary>Equal engines that shared the requests.</summary>
    public int? Replicas { get; init; }

    /// <summary>Who gave each a request, such as <c>round_robin</c>.</summary>
    public string? Router { get; init; }

    /// <summary>Reads what lies beside a file of requests.</summary>
    /// <param name="requests">The file of requests.</param>
    /// <param name="format">
    /// Its format, which decides whose settings they are: other files of these names say nothing
    /// about it.
    /// </param>
    /// <exception cref="ConfigException">A file of settings is malformed.</exception>
    internal static RunSettings Beside(string requests, string format)
    {
        var folder = Path.GetDirectoryName(requests) ?? "";
        var log = Path.Combine(folder, LogFile);
        var summary = Path.Combine(folder, SummaryFile);
        return format switch
        {
            EngineLog.FormatName when System.IO.File.Exists(log) => OfLog(log),
            RunCsv.FormatName
                when Path.GetFileName(requests) is RequestsFile or RequestsFile + ".gz"
                && System.IO.File.Exists(summary) => OfSummary(summary),
            _ => new RunSettings(),
        };
    }

    private static RunSettings OfLog(string file)
    {
        var meta = StrictJson.ReadObject(TextFile.Read(file), file);
        var scheduler = Child(meta, "resolved_config.scheduler_config", file);
        var cache = Child(meta, "kv_cache", file);
        return Common(file, scheduler, cache) with
        {
            KvBlocks = Whole(cache, "num_gpu_blocks", file),
        };
    }

    /// <summary>One kind of replica; those of several kinds share no settings.</summary>
    private static RunSettings OfSummary(string file)
    {
        var summary = StrictJson.ReadObject(TextFile.Read(file), file);
        if (summary["deployments"] is not JArray { Count: > 0 } deployments
            || deployments[0] is not JObject one)
        {
            throw new ConfigException(
                file, 0, "$.deployments", "is missing or empty; it tells what served the run.");
        }
        if (deployments.Count > 1)
        {
            throw new ConfigException(
                file, StrictJson.Line(deployments), "$.deployments",
                $"tells of {deployments.Count} kinds of replicas, but equal ones are simulated "
                + "beside a run; compare a run of one kind, of which there may be several.");
        }
        var memory = Child(summary, "deployments[0].memory", file);
        var engine = Child(summary, "deployments[0].engine_settings", file);
        if (Switch(engine, "cascade_attention", file) == true)
        {
            throw new ConfigException(
                file, StrictJson.Line(engine), "$.deployments[0].engine_settings.cascade_attention",
                "is true: this run read common prefixes once, which a run's lengths do not tell; "
                + "compare one without.");
        }
        return Common(file, engine, engine) with
        {
            KvBlocks = Whole(memory, "kv_blocks", file),
            Replicas = (int)Whole(one, "replicas", file),
            Router = (string?)(summary["router"] as JValue),
        };
    }

    /// <summary>What both call the same.</summary>
    private static RunSettings Common(string file, JObject scheduler, JObject cache) => new()
    {
        File = file,
        MaxNumSeqs = (int)Whole(scheduler, "max_num_seqs", file),
        MaxNumBatchedTokens = (int)Whole(scheduler, "max_num_batched_tokens", file),
        SchedulerReserveFullIsl = Switch(scheduler, "scheduler_reserve_full_isl", file),
        AsyncScheduling = Switch(scheduler, "async_scheduling", file),
        BlockSize = (int)Whole(cache, "block_size", file),
        EnablePrefixCaching = Switch(cache, "enable_prefix_caching", file),
    };

    private static JObject Child(JObject parent, string path, string file) =>
        parent.SelectToken(path) as JObject
        ?? throw new ConfigException(file, 0, "$." + path, "is missing; an object is expected.");

    private static long Whole(JObject parent, string name, string file) =>
        parent[name] is JValue { Type: JTokenType.Integer, Value: long and > 0 and < int.MaxValue }
            value
            ? (long)value
            : throw new ConfigException(
                file, 0, $"{StrictJson.Path(parent)}.{name}",
                "is missing or no whole number from 1; the engine's own figure is expected.");

    private static bool? Switch(JObject parent, string name, string file) => parent[name] switch
    {
        null or { Type: JTokenType.Null } => null,
        { Type: JTokenType.Boolean } value => (bool)value,
        var other => throw StrictJson.Error(other, file, "is neither true nor false."),
    };
}
