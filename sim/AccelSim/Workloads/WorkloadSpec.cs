using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>A workload to be generated: everything but the random numbers.</summary>
/// <remarks>Same record, same requests, on every machine.</remarks>
public sealed record WorkloadSpec
{
    /// <summary>What it is, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Decides every random number.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>How many requests; every turn of a session counts.</summary>
    public required int Requests { get; init; }

    /// <summary>When they come; with sessions, when the sessions start.</summary>
    public required ArrivalSpec Arrivals { get; init; }

    /// <summary>Tokens that a request adds to its prompt, the shared prefix apart.</summary>
    public required LengthSpec Input { get; init; }

    /// <summary>Tokens to generate.</summary>
    public required LengthSpec Output { get; init; }

    /// <summary>
    /// Correlation of the normal numbers behind input and output (a Gaussian copula), −1…1. A rank
    /// correlation ρ of Spearman needs 2 sin(π ρ / 6).
    /// </summary>
    public double LengthCorrelation { get; init; }

    /// <summary>A prefix that requests have in common, such as a system prompt.</summary>
    public SharedPrefixSpec? SharedPrefix { get; init; }

    /// <summary>Conversations of several turns; null makes every request one of its own.</summary>
    public SessionSpec? Sessions { get; init; }

    /// <summary>At most this many in flight; others wait at the client. Null: no limit.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Service class of every request; empty is the default class.</summary>
    public string SloClass { get; init; } = "";

    /// <summary>Priority of every request; smaller is served first.</summary>
    public int Priority { get; init; }

    /// <summary>What it was fitted to; null where it was not.</summary>
    public WorkloadFit? Fit { get; init; }
}

/// <summary>A prefix in common.</summary>
public sealed record SharedPrefixSpec
{
    /// <summary>Its length, counted in addition to the input's.</summary>
    public required int Tokens { get; init; }

    /// <summary>How many different ones there are, equally likely.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>Conversations: turn n + 1 carries all of turn n, its answer included.</summary>
public sealed record SessionSpec
{
    /// <summary>Turns of a session.</summary>
    public required LengthSpec Turns { get; init; }

    /// <summary>Mean time between an answer's last token and the next turn; exponential.</summary>
    public required Seconds ThinkTime { get; init; }

    /// <summary>A session ends before its prompt and answer would be longer than this.</summary>
    public int? MaxContextTokens { get; init; }
}
