using System.Numerics.Tensors;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Formats;

/// <summary>
/// Rounds a row of numbers to those that a coarser format can hold, so that kernels for finer
/// ones compute what the coarser one's would.
/// </summary>
public interface IRounding
{
    /// <summary>Rounds in place.</summary>
    void Round(Span<float> row);

    /// <summary>Bits of a number, its share of scales and masks included.</summary>
    /// <param name="columns">Numbers of a row.</param>
    double Bits(long columns);
}

/// <summary>Keys and values as a coarser format has them, each head of each token by itself.
/// </summary>
/// <param name="Format">The format.</param>
/// <param name="Exact">
/// First tokens of a sequence that stay as they are: most attention falls on them, and their
/// numbers are the largest (Xiao et al. 2023).
/// </param>
public sealed record KvRounding(IRounding Format, int Exact)
{
    /// <summary>
    /// Tokens whose keys are rounded together once all are there, each channel by itself, since
    /// keys have channels that are large in every token (KIVI; Liu et al. 2024); 0: keys are
    /// rounded token by token as values are.
    /// </summary>
    public int KeyGroup { get; init; }

    /// <summary>
    /// Tokens of each such group and head that stay as they are, keys and values: those whose keys
    /// are largest, since they widen the range that all others are rounded in (KVQuant, Hooper et
    /// al. 2024, which keeps single numbers). Values are rounded with their group then.
    /// </summary>
    public int OutlierTokens { get; init; }

    /// <summary>Bits of a number, outlier tokens in 16 bits included; the first few are not.
    /// </summary>
    /// <param name="headDim">Numbers of a head.</param>
    public double Bits(int headDim)
    {
        const double exactBits = 16;
        var share = KeyGroup == 0 ? 0 : (double)OutlierTokens / KeyGroup;
        return Format.Bits(headDim) * (1 - share) + exactBits * share;
    }

    /// <summary>Rounds keys and values of a token.</summary>
    /// <param name="position">Its place in the sequence, from 0.</param>
    /// <param name="numbers">Keys and as many values, head after head.</param>
    /// <param name="headDim">Numbers of a head.</param>
    internal void Round(int position, Span<float> numbers, int headDim)
    {
        if (position < Exact) return;
        if (OutlierTokens > 0) return;
        if (KeyGroup > 0) numbers = numbers[(numbers.Length / 2)..];
        for (var at = 0; at < numbers.Length; at += headDim)
            Format.Round(numbers.Slice(at, headDim));
    }
}

/// <summary>Keys in an fp32 cache, rounded channel by channel, but for outlier tokens.</summary>
internal static class KeyChannels
{
    /// <summary>Rounds the groups of tokens that a span has filled.</summary>
    public static void Round(KvRounding rounding, KvPages pages, in AttentionSpan span)
    {
        var (size, end) = (rounding.KeyGroup, span.Position + span.Count);
        for (var first = span.Position / size * size; first + size <= end; first += size)
        {
            var kept = Math.Max(first, rounding.Exact);
            for (var head = 0; head < pages.Heads; head++)
                Round(rounding, pages, span.Blocks, kept, first + size, head);
        }
    }

    private static void Round(
        KvRounding rounding, KvPages pages, IReadOnlyList<int> blocks, int first, int end,
        int head)
    {
        int[] tokens = [.. Enumerable.Range(first, Math.Max(0, end - first))];
        if (rounding.OutlierTokens > 0)
        {
            tokens =
            [
                .. tokens
                    .OrderByDescending(
                        token => TensorPrimitives.SumOfMagnitudes<float>(Key(token)))
                    .Skip(rounding.OutlierTokens),
            ];
            foreach (var token in tokens) rounding.Format.Round(Of(token, true));
        }
        var channel = new float[tokens.Length];
        for (var i = 0; i < pages.HeadDim; i++)
        {
            for (var at = 0; at < tokens.Length; at++) channel[at] = Key(tokens[at])[i];
            rounding.Format.Round(channel);
            for (var at = 0; at < tokens.Length; at++) Key(tokens[at])[i] = channel[at];
        }

        Span<float> Key(int token) => Of(token, false);

        Span<float> Of(int token, bool value)
        {
            var size = pages.BlockSize;
            return pages.Exact(
                (long)blocks[token / size] * size + token % size, head, value);
        }
    }
}
