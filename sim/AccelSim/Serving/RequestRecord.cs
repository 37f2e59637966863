using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>What became of one request.</summary>
/// <param name="Request">The request.</param>
/// <param name="Replica">The replica that served it; −1 if none did.</param>
/// <param name="Arrival">When it was sent.</param>
/// <param name="FirstScheduled">When it first entered a step.</param>
/// <param name="FirstToken">When its first token came.</param>
/// <param name="LastToken">When its last token came.</param>
/// <param name="CachedTokens">Prompt tokens that the prefix cache spared.</param>
/// <param name="Preemptions">How often it had to make room.</param>
/// <param name="Rejection">Why it was refused; null if it was served.</param>
public readonly record struct RequestRecord(
    Request Request,
    int Replica,
    SimTime Arrival,
    SimTime FirstScheduled,
    SimTime FirstToken,
    SimTime LastToken,
    int CachedTokens,
    int Preemptions,
    string? Rejection)
{
    /// <summary>Whether all its tokens came.</summary>
    public bool Completed => Rejection is null;

    /// <summary>Time to first token: from sending, so queueing and prefill are in it.</summary>
    public Seconds Ttft => FirstToken - Arrival;

    /// <summary>(last − first token) / (N − 1); null for a single token.</summary>
    public Seconds? Tpot => Request.OutputTokens > 1
        ? new Seconds((LastToken - FirstToken).Value / (Request.OutputTokens - 1))
        : null;

    /// <summary>From sending to the last token.</summary>
    public Seconds E2eLatency => LastToken - Arrival;
}
