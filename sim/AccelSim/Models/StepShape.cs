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

    /// <summary>
    /// Tokens that all decoding sequences begin with, read once for all of them; 0 where each reads
    /// its own.
    /// </summary>
    public int CommonPrefixTokens { get; init; }

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

    /// <summary>
    /// <see cref="DecodeKvTokens"/> without the common prefix: what each sequence reads for itself.
    /// </summary>
    public long OwnDecodeKvTokens => DecodeKvTokens - (long)CommonPrefixTokens * DecodeSequences;

    /// <summary>Rows of the dense layers.</summary>
    public int Tokens => PrefillTokens + DecodeTokens;

    /// <summary>The step with one more sequence's prompt tokens.</summary>
    /// <param name="cached">Its tokens in the cache before.</param>
    /// <param name="chunk">New ones.</param>
    /// <param name="isLast">Whether its prompt ends with them, so that a token is sampled.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    public StepShape WithPrompt(long cached, int chunk, bool isLast, int window) => this with
    {
        PrefillTokens = PrefillTokens + chunk,
        PrefillSequences = PrefillSequences + 1,
        PrefillPairs = PrefillPairs + chunk * cached + chunk * (chunk + 1L) / 2,
        PrefillKvTokens = PrefillKvTokens + cached + chunk,
        WindowPrefillPairs = window == 0
            ? 0
            : WindowPrefillPairs + WindowPairs(cached, chunk, window),
        WindowPrefillKvTokens = window == 0
            ? 0
            : WindowPrefillKvTokens + Math.Min(cached + chunk, window - 1L + chunk),
        SampledTokens = SampledTokens + (isLast ? 1 : 0),
    };

    /// <summary>The step with one more decoding sequence.</summary>
    /// <param name="cached">Its tokens in the cache before.</param>
    /// <param name="tokens">New ones: one, unless a strategy verifies more.</param>
    /// <param name="sampled">Positions among them whose logits are computed.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    public StepShape WithDecode(long cached, int tokens, int sampled, int window) => this with
    {
        DecodeTokens = DecodeTokens + tokens,
        DecodeSequences = DecodeSequences + 1,
        DecodeKvTokens = DecodeKvTokens + cached + tokens,
        WindowDecodeKvTokens = window == 0
            ? 0
            : WindowDecodeKvTokens + Math.Min(cached + tokens, window),
        SampledTokens = SampledTokens + sampled,
    };

    /// <summary>Keys that a chunk sees when each of its tokens sees at most a window.</summary>
    private static long WindowPairs(long cached, long chunk, long window)
    {
        var growing = Math.Clamp(window - cached, 0, chunk);
        return growing * cached + growing * (growing + 1) / 2 + (chunk - growing) * window;
    }
}
