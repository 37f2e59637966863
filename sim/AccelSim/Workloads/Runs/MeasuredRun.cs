using AccelSim.Units;

namespace AccelSim.Workloads.Runs;

/// <summary>Requests as a real engine served them, or as a simulation did.</summary>
public sealed record MeasuredRun
{
    /// <summary>The file as the user named it.</summary>
    public required string File { get; init; }

    /// <summary>What it is, such as <c>vllm-bench</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Those that were answered, in order of arrival.</summary>
    public required IReadOnlyList<MeasuredRequest> Requests { get; init; }

    /// <summary>Requests of the file that have no times: refused, or failed.</summary>
    public int Failed { get; init; }

    /// <summary>
    /// Most requests that the client had in flight, where that decided when they were sent; null
    /// where each has an arrival of its own.
    /// </summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>
    /// From the first request to the last token, in seconds, where the file states it; null where
    /// arrivals tell it.
    /// </summary>
    public double? Duration { get; init; }

    /// <summary>
    /// Whether times begin where the engine queued a request, so that its front end is not in them.
    /// </summary>
    public bool BehindFrontEnd { get; init; }

    /// <summary>The engine's settings, as far as a file beside the requests states them.</summary>
    public RunSettings Settings { get; init; } = new();

    /// <summary>Prompt tokens that came from a prefix cache.</summary>
    public long CachedTokens => Requests.Sum(request => (long)request.CachedTokens);

    /// <summary>The same requests to be served again, without what became of them.</summary>
    public Workload Workload => new()
    {
        Origin = $"{File} ({Format})",
        MaxConcurrency = MaxConcurrency,
        Requests =
        [
            .. Requests.Select((request, id) => new Request
            {
                Id = id,
                Arrival = request.Arrival,
                PromptTokens = request.PromptTokens,
                OutputTokens = request.OutputTokens,
            }),
        ],
    };
}

/// <summary>One request that was answered.</summary>
/// <param name="Line">Its line in the file, or its place from 1 where lines say nothing.</param>
/// <param name="Arrival">When it was sent, since the first of the file.</param>
/// <param name="FirstToken">When its first token came.</param>
/// <param name="LastToken">When its last token came.</param>
/// <param name="PromptTokens">Its prompt.</param>
/// <param name="OutputTokens">Its answer.</param>
/// <param name="CachedTokens">Of its prompt, those that a prefix cache spared.</param>
public readonly record struct MeasuredRequest(
    int Line, SimTime Arrival, SimTime FirstToken, SimTime LastToken, int PromptTokens,
    int OutputTokens, int CachedTokens)
{
    /// <summary>From sending to the first token.</summary>
    public Seconds Ttft => FirstToken - Arrival;

    /// <summary>From sending to the last token.</summary>
    public Seconds Latency => LastToken - Arrival;

    /// <summary>(last − first token) / (N − 1); null for a single token.</summary>
    public Seconds? Tpot => OutputTokens > 1
        ? new Seconds((LastToken - FirstToken).Value / (OutputTokens - 1))
        : null;
}
