namespace AccelSim.Reports;

/// <summary>What one format of weights or cache costs, and what it loses. All measured.</summary>
/// <param name="Format">As <c>--formats</c> names it.</param>
/// <param name="RunsAs">What kernels see.</param>
/// <param name="WeightBytes">Memory of all weights, scales and masks included.</param>
/// <param name="KvBytesPerToken">
/// A token's share of a cache of one window, scales and tokens that stay exact included.
/// </param>
/// <param name="SecondsPerToken">Fastest step of one decoding request.</param>
/// <param name="Perplexity">
/// e to the mean negative log-likelihood, in nats, of a token that the model has not seen.
/// </param>
public sealed record TriedFormat(
    string Format, string RunsAs, long WeightBytes, double KvBytesPerToken,
    double SecondsPerToken, double Perplexity)
{
    /// <summary>Whether the cache has a format of its own, and not the weights.</summary>
    public bool IsOfCache => Format.StartsWith("kv-", StringComparison.Ordinal);
}

/// <summary>Formats tried one after the other.</summary>
/// <param name="Model">The model.</param>
/// <param name="Text">The text that it was to foretell.</param>
/// <param name="Tokens">Tokens of it.</param>
/// <param name="Window">Most tokens that one is foretold from.</param>
/// <param name="Context">Tokens before the one whose time is measured.</param>
/// <param name="Device">What it ran on.</param>
/// <param name="Trials">One for each format.</param>
public sealed record TriedFormats(
    string Model, string Text, int Tokens, int Window, int Context, string Device,
    IReadOnlyList<TriedFormat> Trials)
{
    /// <summary>How the figures came about.</summary>
    public string Note =>
        "Perplexity and ms/token: measured, just now; one request decoding after "
        + $"{Context} tokens, the fastest step of a second. Bytes: as they lie in memory, scales "
        + $"and masks included; of the cache, a token's share of one of {Window} tokens, those "
        + "that stay exact included.";
}
