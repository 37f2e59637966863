using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>Attention of one phase, without its projections.</summary>
/// <remarks>
/// Scores and values are computed in one pass (FlashAttention, Dao et al. 2022): scores never
/// reach memory. A query that sees p keys costs 2·p·(key + value dim) FLOP per head.
/// </remarks>
internal sealed class AttentionTemplate(
    string name, int count, AttentionPhase phase, AttentionCost cost)
    : OperatorTemplate(name, count, BasisOf(phase))
{
    /// <inheritdoc/>
    public override long Parameters => cost.Parameters;

    /// <inheritdoc/>
    public override Bytes ResidentBytes =>
        new(cost.Parameters * FormatNames.Bits(cost.Activation) / 8);

    /// <inheritdoc/>
    public override string Formula =>
        $"2·pairs·heads·(key dim + value dim) with pairs = {PairsText}, heads = {cost.Heads}, "
        + $"key dim = {cost.KeyDim}, value dim = {cost.ValueDim}; "
        + $"{VectorWork.Softmax}·pairs·heads for softmax; "
        + (cost.KvBytesPerToken > 0
            ? $"reads {cost.KvBytesPerToken} B per KV token"
            : "reads keys and values from activations");

    /// <inheritdoc/>
    public override Operator At(in StepShape shape)
    {
        var (queries, sequences, pairs, keys) = Extent(shape);
        var bits = FormatNames.Bits(cost.Activation);
        return new Operator
        {
            Name = Name,
            Kind = phase is AttentionPhase.Decode or AttentionPhase.WindowDecode
                or AttentionPhase.DecoderDecode or AttentionPhase.CrossDecode
                ? OperatorKind.DecodeAttention
                : OperatorKind.PrefillAttention,
            Count = Count,
            Sequences = sequences,
            Queries = queries,
            Pairs = pairs,
            KvTokens = keys,
            Heads = cost.Heads,
            KvHeads = cost.KvHeads,
            HeadDim = cost.KeyDim,
            Window = cost.Window,
            ComputeFormat = cost.Compute,
            KvFormat = cost.Kv,
            MatrixFlops = new Flops(2 * pairs * cost.Heads * (cost.KeyDim + cost.ValueDim)),
            VectorFlops = new Flops(VectorWork.Softmax * pairs * cost.Heads),
            InputBytes = new Bytes(
                (queries * cost.Heads * cost.KeyDim + keys * cost.FreshPerKey) * bits / 8),
            OutputBytes = new Bytes(queries * cost.Heads * cost.ValueDim * bits / 8),
            KvReadBytes = new Bytes(keys * cost.KvBytesPerToken),
        };
    }

    private (long Queries, int Sequences, long Pairs, long Keys) Extent(in StepShape s) =>
        phase switch
        {
            AttentionPhase.Prefill =>
                (s.PrefillTokens, s.PrefillSequences, s.PrefillPairs, s.PrefillKvTokens),
            AttentionPhase.WindowPrefill =>
                (s.PrefillTokens, s.PrefillSequences, s.WindowPrefillPairs,
                    s.WindowPrefillKvTokens),
            // Σ (h+c)² − h² over chunks is the square of the prompt: 2·(c·h + c(c+1)/2) − c.
            AttentionPhase.FullPrefill =>
                (s.PrefillTokens, s.PrefillSequences, 2 * s.PrefillPairs - s.PrefillTokens,
                    s.PrefillKvTokens),
            AttentionPhase.Decode => Decoding(s, s.OwnDecodeKvTokens),
            AttentionPhase.CommonPrefix => s.CommonPrefixTokens == 0
                ? default
                : (s.DecodeTokens, 1, (long)s.DecodeTokens * s.CommonPrefixTokens,
                    s.CommonPrefixTokens),
            AttentionPhase.WindowDecode => Decoding(s, s.WindowDecodeKvTokens),
            AttentionPhase.DecoderDecode =>
                Decoding(s, Math.Max(s.DecodeKvTokens - s.CrossKvTokens, s.DecodeTokens)),
            AttentionPhase.CrossDecode => Decoding(s, s.CrossKvTokens),
            AttentionPhase.CrossPrefill =>
                (s.PrefillSequences, s.PrefillSequences, s.PrefillKvTokens, s.PrefillKvTokens),
            AttentionPhase.Image =>
                ((long)s.Images * cost.FixedTokens, s.Images,
                    (long)s.Images * cost.FixedTokens * cost.FixedTokens,
                    (long)s.Images * cost.FixedTokens),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Each of a sequence's new tokens asks over what the sequence reads.</summary>
    private static (long, int, long, long) Decoding(in StepShape s, long keys) =>
        s.DecodeTokens == s.DecodeSequences
            ? (s.DecodeTokens, s.DecodeSequences, keys, keys)
            : (s.DecodeTokens, s.DecodeSequences,
                keys * s.DecodeTokens / Math.Max(1, s.DecodeSequences), keys);

    private string PairsText => phase switch
    {
        AttentionPhase.Prefill => "prefill pairs",
        AttentionPhase.WindowPrefill => "window prefill pairs",
        AttentionPhase.FullPrefill => "2·prefill pairs − prompt tokens",
        AttentionPhase.Decode => "decode KV tokens − decoding sequences · common prefix",
        AttentionPhase.CommonPrefix => "decode tokens · common prefix",
        AttentionPhase.WindowDecode => "window decode KV tokens",
        AttentionPhase.DecoderDecode => "decode KV tokens − cross KV tokens",
        AttentionPhase.CrossDecode => "cross KV tokens",
        AttentionPhase.CrossPrefill => "prompt KV tokens",
        _ => $"images·{cost.FixedTokens}²",
    };

    private static ShapeBasis BasisOf(AttentionPhase phase) => phase switch
    {
        AttentionPhase.Image => ShapeBasis.Images,
        AttentionPhase.Prefill or AttentionPhase.WindowPrefill or AttentionPhase.FullPrefill
            or AttentionPhase.CrossPrefill => ShapeBasis.Prefill,
        AttentionPhase.WindowDecode => ShapeBasis.WindowDecode,
        AttentionPhase.CommonPrefix => ShapeBasis.CommonPrefix,
        AttentionPhase.DecoderDecode or AttentionPhase.CrossDecode => ShapeBasis.CrossDecode,
        _ => ShapeBasis.Decode,
    };
}

/// <summary>Who asks whom.</summary>
internal enum AttentionPhase
{
    Prefill,
    WindowPrefill,
    FullPrefill,
    Decode,
    WindowDecode,
    CommonPrefix,
    DecoderDecode,
    CrossPrefill,
    CrossDecode,
    Image,
}

/// <summary>What attention of one layer costs on one rank.</summary>
internal readonly record struct AttentionCost
{
    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int KeyDim { get; init; }

    public required int ValueDim { get; init; }

    public required NumberFormat Compute { get; init; }

    public required NumberFormat Activation { get; init; }

    public required NumberFormat Kv { get; init; }

    /// <summary>From the one KV-bytes function; 0 where keys come from activations.</summary>
    public long KvBytesPerToken { get; init; }

    /// <summary>Numbers of key and value that each key brings from activations.</summary>
    public long FreshPerKey { get; init; }

    /// <summary>Tokens of an image.</summary>
    public int FixedTokens { get; init; }

    /// <summary>The most keys that a query sees; 0 where all.</summary>
    public int Window { get; init; }

    /// <summary>Learned numbers, such as sinks.</summary>
    public long Parameters { get; init; }
}
