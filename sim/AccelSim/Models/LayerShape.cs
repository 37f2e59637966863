namespace AccelSim.Models;

/// <summary>One transformer layer; equal shapes are the same operators.</summary>
public sealed record LayerShape
{
    /// <summary>What mixes tokens.</summary>
    public required Mixer Mixer { get; init; }

    /// <summary>Attention of a decoder layer over the encoder's output.</summary>
    public AttentionShape? Cross { get; init; }

    /// <summary>What follows; null in layers that only mix (Mamba).</summary>
    public required FeedForward? FeedForward { get; init; }

    /// <summary>The kind of all norms of the layer.</summary>
    public required NormKind Norm { get; init; }

    /// <summary>Norms around the mixer: 1, or 2 where its output has one too.</summary>
    public int MixerNorms { get; init; } = 1;

    /// <summary>Norms around the feed-forward part; 0 where it shares the mixer's.</summary>
    public int FeedForwardNorms { get; init; } = 1;

    /// <summary>Whether both parts read the same input, so that one sum ends the layer.</summary>
    public bool Parallel { get; init; }
}

/// <summary>The kinds of norm.</summary>
public enum NormKind
{
    /// <summary>No norm.</summary>
    None,
    /// <summary>Root mean square, a weight per channel.</summary>
    Rms,
    /// <summary>Mean and variance, a weight and a bias per channel.</summary>
    Layer,
}
