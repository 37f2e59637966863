using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>A product of activations with one weight matrix, or with one per group.</summary>
/// <remarks>
/// Rows count over all groups: each group multiplies its share of them. Groups of equal shares are
/// a layer as wide as all of them: as many tiles, as many bytes.
/// </remarks>
internal sealed class LinearTemplate(
    string name, int count, Rows rows, long n, long k, WeightUse weight, NumberFormat activation,
    int groups = 1)
    : OperatorTemplate(name, count, rows.Basis)
{
    private readonly Bytes _bytes = weight.Storage.Of(groups * n * k)
        + new Bytes(weight.Bias * FormatNames.Bits(activation) / 8);

    private readonly int _bits = FormatNames.Bits(activation);

    /// <inheritdoc/>
    public override long Parameters => weight.Resident ? groups * n * k + weight.Bias : 0;

    /// <inheritdoc/>
    public override Bytes ResidentBytes => weight.Resident ? _bytes : default;

    /// <inheritdoc/>
    public override string Formula =>
        (weight.Skips > 0 ? $"{1 - weight.Skips:0.###}·" : "")
        + $"2·M·N·K with M = {rows}, N = {n}, K = {k}; "
        + (groups > 1 ? $"weights {groups}·N·K" : "weights N·K")
        + $"·{weight.Storage.BitsPerElement:0.####}/8 B, "
        + $"activations M·(K + N)·{_bits}/8 B"
        + (weight.Expands ? $"; {VectorWork.Expand}·N·K to expand the weights" : "");

    /// <inheritdoc/>
    public override Operator At(in StepShape shape)
    {
        var m = rows.Of(shape);
        return new Operator
        {
            Name = Name,
            Kind = OperatorKind.Linear,
            Count = Count,
            M = m / groups,
            N = n * groups,
            K = k,
            ComputeFormat = weight.Compute,
            WeightFormat = weight.Storage,
            MatrixFlops = weight.Skips == 0
                ? new Flops(2 * m * n * k)
                : new Flops((long)Math.Ceiling((1 - weight.Skips) * 2 * m * n * k)),
            Skips = weight.Skips,
            VectorFlops = new Flops(
                (weight.Bias > 0 ? m * n : 0)
                + (weight.Expands && m > 0 ? VectorWork.Expand * groups * n * k : 0)
                + (weight.Compresses(activation) ? VectorWork.Compress * m * k : 0)),
            WeightBytes = m > 0 ? _bytes : default,
            InputBytes = new Bytes(m * k * _bits / 8),
            OutputBytes = new Bytes(m * n * _bits / 8),
        };
    }
}

/// <summary>How an operator uses its weights.</summary>
/// <param name="Storage">Their format in memory.</param>
/// <param name="Compute">The format of the product.</param>
/// <param name="Bias">Numbers of bias, in the activations' format.</param>
/// <param name="Resident">False where another operator already holds the same weights.</param>
internal readonly record struct WeightUse(
    StorageFormat Storage, NumberFormat Compute, long Bias = 0, bool Resident = true)
{
    /// <summary>Share of the products that matrix units skip: the weights are zero.</summary>
    public double Skips { get; init; }

    /// <summary>Whether weights must be expanded before the product.</summary>
    public bool Expands => FormatNames.Bits(Storage.Format) < FormatNames.Bits(Compute)
        || (Skips == 0 && Storage.LacksZeros);

    /// <summary>Whether activations must be quantised before the product.</summary>
    public bool Compresses(NumberFormat activation) =>
        FormatNames.Bits(Compute) < FormatNames.Bits(activation);
}
