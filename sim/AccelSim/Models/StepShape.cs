namespace AccelSim.Models;

/// <summary>What one forward pass does, reduced to what costs depend on.</summary>
/// <remarks>
/// Sums over the sequences of a batch: the cost of attention follows the KV tokens read, not the
/// longest sequence. The default is an empty step.
/// </remarks>
public readonly record struct StepShape
{
    /// <summary>New prompt tokens.</summary>
    public int PrefillTokens { get; init; }

    /// <summary>Sequences with prompt tokens in this step.</summary>
    public int PrefillSequences { get; init; }

    /// <summary>
    /// Sum over prompt tokens of the keys each sees: c·h + c(c+1)/2 for c after h.
    /// </summary>
    public long PrefillPairs { get; init; }

    /// <summary>Sum over prefilling sequences of cached plus new tokens.</summary>
    public long PrefillKvTokens { get; init; }

    /// <summary>Tokens of decoding sequences; one each unless a strategy verifies more.</summary>
    public int DecodeTokens { get; init; }

    /// <summary>Decoding sequences.</summary>
    public int DecodeSequences { get; init; }

    /// <summary>Sum over decoding sequences of the tokens read, the new one included.</summary>
    public long DecodeKvTokens { get; init; }

    /// <summary>As <see cref="PrefillPairs"/>, in layers whose window is limited.</summary>
    public long WindowPrefillPairs { get; init; }

    /// <summary>As <see cref="PrefillKvTokens"/>, in layers whose window is limited.</summary>
    public long WindowPrefillKvTokens { get; init; }

    /// <summary>As <see cref="DecodeKvTokens"/>, in layers whose window is limited.</summary>
    public long WindowDecodeKvTokens { get; init; }

    /// <summary>Prompt tokens of decoding sequences: what cross-attention reads.</summary>
    public long CrossKvTokens { get; init; }

    /// <summary>Positions whose logits are computed.</summary>
    public int SampledTokens { get; init; }

    /// <summary>Images encoded in this step.</summary>
    public int Images { get; init; }

    /// <summary>
    /// Tokens of all ranks that share the experts; 0 means this rank's own tokens alone.
    /// </summary>
    public int ExpertTokens { get; init; }

    /// <summary>Rows of the dense layers.</summary>
    public int Tokens => PrefillTokens + DecodeTokens;
}
