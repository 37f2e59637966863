using AccelSim.Validation;

namespace AccelSim.Imports;

/// <summary>
/// Which operator of PyTorch is what here, by its name and the sizes of its inputs.
/// </summary>
/// <remarks>
/// Only what the profile states is taken: where lengths stand in tensors that it does not record,
/// the operator has a kind and no shape. Everything else is <see cref="Other"/>.
/// </remarks>
internal static class ProfiledRules
{
    /// <summary>What no rule knows.</summary>
    public const string Other = "other";

    private const string Copy = "copy", Attention = "attention, lengths not recorded";
    private const string Product = "product, sizes or format not in a table";

    private const long MostSize = 10_000_000;

    /// <summary>
    /// Operators without a table, by their name or its end after <c>::</c>.
    /// </summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["bmm"] = Product,
        ["_scaled_mm"] = Product,
        ["cutlass_scaled_mm"] = Product,
        ["_grouped_mm"] = Product,
        ["rms_norm"] = "normalisation",
        ["fused_add_rms_norm"] = "normalisation",
        ["_fused_rms_norm"] = "normalisation",
        ["native_layer_norm"] = "normalisation",
        ["layer_norm"] = "normalisation",
        ["silu"] = "activation",
        ["silu_and_mul"] = "activation",
        ["gelu"] = "activation",
        ["gelu_and_mul"] = "activation",
        ["rotary_embedding"] = "rotation",
        ["embedding"] = "embedding",
        ["argmax"] = "sampling",
        ["multinomial"] = "sampling",
        ["reshape_and_cache"] = "cache",
        ["reshape_and_cache_flash"] = "cache",
        ["copy_"] = Copy,
        ["unified_attention"] = Attention,
        ["unified_attention_with_output"] = Attention,
        ["varlen_fwd"] = Attention,
        ["_vllm_fa3_C::fwd"] = Attention,
        ["flash_attn_3::fwd"] = Attention,
        ["_flash_attn_varlen_forward"] = Attention,
        ["paged_attention_v1"] = Attention,
        ["paged_attention_v2"] = Attention,
    };

    private static readonly Dictionary<string, string> Collectives = new(StringComparer.Ordinal)
    {
        ["allreduce"] = "all_reduce",
        ["_allgather_base"] = "all_gather",
        ["all_gather"] = "all_gather",
        ["_reduce_scatter_base"] = "reduce_scatter",
        ["reduce_scatter"] = "reduce_scatter",
        ["all_to_all"] = "alltoall",
    };

    /// <summary>What an operator of the host is.</summary>
    public static ProfiledOperator Of(ProfiledEvent one) => one.Name switch
    {
        "aten::mm" => Linear(one, 0),
        "aten::addmm" => Linear(one, 1),
        "aten::_flash_attention_forward" => AttentionOf(
            one, isWhole: Size(one, 3) == 0, isCausal: Value(one, 8) == "True",
            hasWindow: Value(one, 11) is not ("" or "None" or "-1")),
        "flash_attn::_flash_attn_forward" => AttentionOf(
            one, isWhole: true, isCausal: Value(one, 5) == "True",
            hasWindow: Value(one, 6) != "-1"),
        "aten::_scaled_dot_product_flash_attention_for_cpu" => AttentionOf(
            one, isWhole: Size(one, 5) == 0, isCausal: Value(one, 4) == "True", hasWindow: false,
            headsFirst: true),
        _ => new ProfiledOperator(KindOf(one.Name)),
    };

    /// <summary>What a kernel is that no operator started, as far as it tells.</summary>
    public static ProfiledOperator OfKernel(ProfiledEvent one)
    {
        if (one.Category.Contains("mem", StringComparison.OrdinalIgnoreCase))
            return new ProfiledOperator(Copy);
        if (one.Collective.Length == 0) return new ProfiledOperator(Other);
        var bytes = one.ElementType switch
        {
            "BFloat16" or "Half" => 2,
            "Float" => 4,
            "Byte" or "Char" => 1,
            _ => 0,
        };
        // Each size is that of the whole message, as NCCL's own benchmarks count.
        var elements = Math.Max(one.Elements.In, one.Elements.Out);
        return Collectives.TryGetValue(one.Collective, out var op) && bytes > 0
            && one.Ranks is > 1 and <= 1000 && elements is > 0 and < 1L << 38
            ? new ProfiledOperator("collective")
            {
                Table = MeasuredTable.AllReduce,
                Texts = [op, "nccl"],
                Shape = [one.Ranks, bytes * elements],
            }
            : new ProfiledOperator("collective");
    }

    /// <summary>A product of two matrices, M × K and K × N, in 16 bits.</summary>
    private static ProfiledOperator Linear(ProfiledEvent one, int first)
    {
        if (one.Dims.Count < first + 2 || !IsHalf(one, first) || !IsHalf(one, first + 1)
            || one.Dims[first] is not [var m, var k] || one.Dims[first + 1] is not [var same, var n]
            || same != k || !AreSizes(m, n, k))
        {
            return new ProfiledOperator(Product);
        }
        return new ProfiledOperator("linear")
        {
            Table = MeasuredTable.Gemm, Texts = ["bfloat16"], Shape = [m, n, k],
        };
    }

    /// <summary>
    /// Queries and keys, each batch × length × heads × width (or heads first): a whole causal
    /// prompt, or one token of each sequence.
    /// </summary>
    private static ProfiledOperator AttentionOf(
        ProfiledEvent one, bool isWhole, bool isCausal, bool hasWindow, bool headsFirst = false)
    {
        if (!isWhole || hasWindow || one.Dims.Count < 3 || !IsHalf(one, 0) || !IsHalf(one, 1)
            || Inward(one.Dims[0], headsFirst) is not [var batch, var queries, var heads, var width]
            || Inward(one.Dims[1], headsFirst) is not
                [var batches, var keys, var kvHeads, var other]
            || batches != batch || other != width || kvHeads <= 0 || heads % kvHeads != 0
            || !AreSizes(batch, queries, heads, keys, kvHeads, width))
        {
            return new ProfiledOperator(Attention);
        }
        var table = queries == 1 && keys > 1 && !isCausal ? MeasuredTable.AttentionDecode
            : queries == keys && isCausal ? MeasuredTable.AttentionPrefill
            : null;
        return table is null ? new ProfiledOperator(Attention) : new ProfiledOperator(
            table == MeasuredTable.AttentionDecode ? "decode attention" : "prefill attention")
        {
            Table = table,
            Texts = ["bfloat16", "bfloat16"],
            Shape = [batch, keys, heads, kvHeads, width, 0],
        };
    }

    /// <summary>Batch, length, heads, width, whichever of the two in the middle is first.</summary>
    private static long[] Inward(long[] sizes, bool headsFirst) =>
        headsFirst && sizes is [var batch, var heads, var length, var width]
            ? [batch, length, heads, width]
            : sizes;

    private static string KindOf(string name)
    {
        var end = name.LastIndexOf("::", StringComparison.Ordinal);
        return end < 0 ? Other
            : Kinds.GetValueOrDefault(name) ?? Kinds.GetValueOrDefault(name[(end + 2)..], Other);
    }

    private static bool IsHalf(ProfiledEvent one, int input) =>
        input < one.Types.Count && one.Types[input] is "c10::BFloat16" or "c10::Half";

    private static bool AreSizes(params ReadOnlySpan<long> sizes)
    {
        foreach (var size in sizes)
        {
            if (size is < 1 or > MostSize) return false;
        }
        return true;
    }

    private static int Size(ProfiledEvent one, int input) =>
        input < one.Dims.Count ? one.Dims[input].Length : 0;

    private static string Value(ProfiledEvent one, int input) =>
        input < one.Values.Count ? one.Values[input] : "";
}

/// <summary>What a rule says of an operator.</summary>
/// <param name="Kind">For people.</param>
internal sealed record ProfiledOperator(string Kind)
{
    /// <summary>The table that holds such rows; null where none does.</summary>
    public MeasuredTable? Table { get; init; }

    /// <summary>The row's texts.</summary>
    public string[] Texts { get; init; } = [];

    /// <summary>The row's shape.</summary>
    public long[] Shape { get; init; } = [];

    /// <summary>The shape for people; empty without one.</summary>
    public string Label => Table is null ? "" : string.Join(
        ' ', Table.Shape.Zip(Shape, (column, size) => $"{column}={size}"));
}
