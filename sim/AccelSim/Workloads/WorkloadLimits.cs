namespace AccelSim.Workloads;

/// <summary>What a request may at most ask for; beyond lies a slip of the pen.</summary>
public static class WorkloadLimits
{
    /// <summary>
    /// Tokens of one prompt or one answer: ten times the longest context windows.
    /// </summary>
    public const int MaxTokens = 10_000_000;

    /// <summary>Images in one prompt.</summary>
    public const int MaxImages = 10_000;

    /// <summary>Requests of one workload.</summary>
    public const int MaxRequests = 10_000_000;

    /// <summary>Seconds between the first arrival and the last: what the clock can count.</summary>
    public const int MaxSeconds = 9_000_000;
}
