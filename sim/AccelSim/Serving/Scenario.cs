using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>One run, as a scenario file or the command line describes it.</summary>
public sealed record Scenario
{
    /// <summary>What it is called, for people; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Decides every random number of the run.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The model: a shipped name, a folder with config.json, or a path.</summary>
    public required string Model { get; init; }

    /// <summary>What serves it.</summary>
    public required IReadOnlyList<ReplicaSpec> Replicas { get; init; }

    /// <summary>Which replica gets a request.</summary>
    public RouterKind Router { get; init; } = RouterKind.RoundRobin;

    /// <summary>The requests.</summary>
    public required WorkloadSource Workload { get; init; }

    /// <summary>Service-level objectives of requests without a class of their own.</summary>
    public Slo Slo { get; init; } = new();

    /// <summary>Service-level objectives of the classes that have their own.</summary>
    public IReadOnlyDictionary<string, Slo> SloByClass { get; init; } =
        new Dictionary<string, Slo>();

    /// <summary>The rung of the cost ladder.</summary>
    /// <remarks>
    /// Families of kernels may have rungs of their own:
    /// <c>analytical,decodeAttention=table</c>.
    /// </remarks>
    public string CostModel { get; init; } = CostRung.Default;

    /// <summary>
    /// A folder of measured tables, for the table rung; a captured run, for the trace rung.
    /// </summary>
    public string? Tables { get; init; }

    /// <summary>Activations and unquantised weights (<c>--dtype</c>).</summary>
    public string Dtype { get; init; } = "auto";

    /// <summary>KV cache entries (<c>--kv-cache-dtype</c>).</summary>
    public string KvCacheDtype { get; init; } = "auto";

    /// <summary>Weights, where they differ from the model's file (<c>--quantization</c>).</summary>
    public string Quantization { get; init; } = "auto";

    /// <summary>The objectives that bind a service class.</summary>
    public Slo SloOf(string sloClass) => SloByClass.GetValueOrDefault(sloClass, Slo);
}

/// <summary>Equal replicas.</summary>
public sealed record ReplicaSpec
{
    /// <summary>How many.</summary>
    [Limits(AtLeast = 1, AtMost = 100_000)]
    public int Count { get; init; } = 1;

    /// <summary>An accelerator or a cluster: a shipped name or a path.</summary>
    public required string Hardware { get; init; }

    /// <summary>The pool of a mixed cluster; null where it has one only.</summary>
    public string? Pool { get; init; }

    /// <summary>Ranks that split every layer.</summary>
    [Limits(AtLeast = 1, AtMost = 1000)]
    public int Tp { get; init; } = 1;

    /// <summary>Pipeline stages.</summary>
    [Limits(AtLeast = 1, AtMost = 1000)]
    public int Pp { get; init; } = 1;

    /// <summary>Ranks that split the experts.</summary>
    [Limits(AtLeast = 1, AtMost = 1000)]
    public int Ep { get; init; } = 1;

    /// <summary>Engines: with experts in lockstep, otherwise independent.</summary>
    [Limits(AtLeast = 1, AtMost = 1000)]
    public int Dp { get; init; } = 1;

    /// <summary>Load of the busiest expert rank over the mean; 1 is even.</summary>
    [Limits(AtLeast = 1)]
    public double ExpertSkew { get; init; } = 1;

    /// <summary>
    /// Exponent of the power law by which tokens prefer experts of a layer: 0 is even; null:
    /// as measured deployments ask for (<c>estimators.json</c>).
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 4)]
    public double? RoutingSkew { get; init; }

    /// <summary>The engine's settings.</summary>
    public EngineSettings Engine { get; init; } = new();
}

/// <summary>Where requests come from: a file, a shipped workload, or a generator.</summary>
public sealed record WorkloadSource
{
    /// <summary>A trace file.</summary>
    public string? File { get; init; }

    /// <summary>The file's format; null recognises it.</summary>
    public string? Format { get; init; }

    /// <summary>Leaves out the file's failed calls (BurstGPT's requests of 0 tokens).</summary>
    public bool SkipFailed { get; init; }

    /// <summary>A shipped workload's name.</summary>
    public string? Shipped { get; init; }

    /// <summary>A generator.</summary>
    public WorkloadSpec? Generate { get; init; }

    /// <summary>Only so many requests; null: all.</summary>
    [Limits(AtLeast = 1)]
    public int? NumRequests { get; init; }

    /// <summary>At most so many in flight; null: as the workload says.</summary>
    [Limits(AtLeast = 1)]
    public int? MaxConcurrency { get; init; }

    /// <summary>Arrivals to draw in place of the source's; null: as they are.</summary>
    public ArrivalSpec? Arrivals { get; init; }

    /// <summary>Arrivals this much faster (2: in half the time); null: as they are.</summary>
    [Limits(MoreThan = 0)]
    public double? RateScale { get; init; }
}

/// <summary>Latencies that a request must not exceed; an absent one does not bind.</summary>
public sealed record Slo
{
    /// <summary>Time to first token.</summary>
    public Seconds? Ttft { get; init; }

    /// <summary>Time per output token; a request of one token has none and meets it.</summary>
    public Seconds? Tpot { get; init; }

    /// <summary>From sending to the last token.</summary>
    public Seconds? E2e { get; init; }

    /// <summary>Whether a served request meets all of them; at equality it does.</summary>
    public bool IsMetBy(in RequestRecord record) =>
        Within(record.Arrival, record.FirstToken, 1, Ttft)
        && Within(record.FirstToken, record.LastToken, record.Request.OutputTokens - 1, Tpot)
        && Within(record.Arrival, record.LastToken, 1, E2e);

    /// <summary>In whole picoseconds, so that no rounding of seconds decides.</summary>
    private static bool Within(SimTime from, SimTime to, int gaps, Seconds? limit) =>
        limit is not { } most
        || to.Picoseconds - from.Picoseconds <= Math.Round(most.Value * 1e12) * gaps;
}

/// <summary>Which replica gets a request.</summary>
public enum RouterKind
{
    /// <summary>Each in turn.</summary>
    RoundRobin,
    /// <summary>The one with the fewest requests under way.</summary>
    LeastLoaded,
    /// <summary>The one that holds most of its prompt, unless loads differ too much.</summary>
    PrefixAware,
}
