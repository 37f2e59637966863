namespace AccelSim.Models;

/// <summary>The part of a layer that treats each token alone.</summary>
public abstract record FeedForward;

/// <summary>A dense MLP.</summary>
/// <param name="Intermediate">Numbers per token between its two or three matrices.</param>
/// <param name="Gated">Whether a third matrix gates (SwiGLU, GeGLU).</param>
/// <param name="Bias">Whether its projections add a bias.</param>
/// <param name="InnerNorm">Whether the intermediate is normed (BitNet).</param>
public sealed record DenseMlp(
    int Intermediate, bool Gated, bool Bias, bool InnerNorm = false) : FeedForward;

/// <summary>Routed experts, perhaps with shared ones beside them.</summary>
/// <param name="Experts">Routed experts.</param>
/// <param name="PerToken">Experts that each token visits.</param>
/// <param name="Intermediate">Numbers per token inside one expert.</param>
public sealed record ExpertMlp(int Experts, int PerToken, int Intermediate) : FeedForward
{
    /// <summary>Intermediate of all shared experts together; 0 for none.</summary>
    public int SharedIntermediate { get; init; }

    /// <summary>Whether a gate of one number per token scales the shared experts.</summary>
    public bool SharedGate { get; init; }

    /// <summary>Whether the projections of the experts add a bias.</summary>
    public bool Bias { get; init; }

    /// <summary>Whether the router adds a bias or a correction per expert.</summary>
    public bool RouterBias { get; init; }

    /// <summary>Whether experts are gated (three matrices).</summary>
    public bool Gated { get; init; } = true;
}
