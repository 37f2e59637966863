using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>Which format each kind of tensor has and how products are computed.</summary>
public sealed partial record FormatPlan
{
    /// <summary>Attention and dense MLP weights.</summary>
    public required StorageFormat Linear { get; init; }

    /// <summary>
    /// Share of the products with <see cref="Linear"/> weights that matrix units skip, because the
    /// weights are zero in a pattern that they know.
    /// </summary>
    public double LinearSkips { get; init; }

    /// <summary>Weights of routed and shared experts.</summary>
    public required StorageFormat Experts { get; init; }

    /// <summary>Embedding table and output head.</summary>
    public required StorageFormat Embedding { get; init; }

    /// <summary>Activations between operators.</summary>
    public required NumberFormat Activation { get; init; }

    /// <summary>Format in which products with <see cref="Linear"/> weights are computed.</summary>
    public required NumberFormat LinearCompute { get; init; }

    /// <summary>Format in which products with <see cref="Experts"/> weights are computed.</summary>
    public required NumberFormat ExpertCompute { get; init; }

    /// <summary>Format in which attention and the output head are computed.</summary>
    public required NumberFormat AttentionCompute { get; init; }

    /// <summary>KV cache entries.</summary>
    public required NumberFormat Kv { get; init; }

    /// <summary>Bits of each of those, scales included; null: as many as the format has.</summary>
    public double? KvBits { get; init; }

    /// <summary>What was chosen and why, one line each, for the report.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
