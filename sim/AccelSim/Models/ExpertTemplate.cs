using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>One matrix of every routed expert of a rank, as a grouped product.</summary>
/// <remarks>
/// With tokens choosing k of E experts evenly and independently, an expert is hit with probability
/// 1 − (1 − k/E)^tokens, so a rank with L experts reads L times that many of them. The busiest
/// expert has the mean plus what chance adds, √(2·mean·ln L) (Raab and Steger 1998), or plus all
/// that a skewed rank has beyond the mean of ranks, if that is more: one popular expert makes a
/// rank the busiest.
/// </remarks>
internal sealed class ExpertTemplate(
    string name, int count, Rows rows, ExpertSplit split, long n, long k, WeightUse weight,
    NumberFormat activation)
    : OperatorTemplate(name, count, ShapeBasis.ExpertTokens)
{
    private readonly Bytes _bytesPerExpert =
        weight.Storage.Of(n * k) + new Bytes(weight.Bias * FormatNames.Bits(activation) / 8);

    private readonly int _bits = FormatNames.Bits(activation);

    private readonly double _missed = 1.0 - (double)split.PerToken / split.Experts;

    /// <inheritdoc/>
    public override long Parameters => split.Local * (n * k + weight.Bias);

    /// <inheritdoc/>
    public override Bytes ResidentBytes => split.Local * _bytesPerExpert;

    /// <inheritdoc/>
    public override string Formula =>
        $"2·M·N·K with M = {rows}, N = {n}, K = {k}; "
        + $"experts hit = {split.Local}·(1 − (1 − {split.PerToken}/{split.Experts})^tokens), "
        + $"each N·K·{weight.Storage.BitsPerElement:0.####}/8 B"
        + (weight.Expands ? $"; {VectorWork.Expand}·N·K to expand each" : "");

    /// <inheritdoc/>
    public override Operator At(in StepShape shape)
    {
        var m = rows.Of(shape);
        var tokens = Rows.OfAllRanks(shape);
        var mean = m / split.Skew / split.Local;
        var most = mean + Math.Max(
            m - m / split.Skew, Math.Sqrt(2 * mean * Math.Log(split.Local)));
        return At(new ExpertLoad(
            m, split.Local * (1 - Math.Pow(_missed, tokens)),
            Math.Min(tokens, (long)Math.Ceiling(most)), 0));
    }

    /// <summary>The operator under a stated load.</summary>
    public Operator At(in ExpertLoad load)
    {
        var (m, hit) = (load.Rows, load.Hit);
        return new Operator
        {
            Name = Name,
            Kind = OperatorKind.ExpertLinear,
            Count = Count,
            M = m,
            N = n,
            K = k,
            Groups = m == 0
                ? 0
                : (int)Math.Clamp((long)Math.Round(hit), 1, Math.Min(split.Local, m)),
            LargestGroup = load.Largest,
            Strays = load.Strays,
            ComputeFormat = weight.Compute,
            WeightFormat = weight.Storage,
            MatrixFlops = new Flops(2 * m * n * k),
            VectorFlops = new Flops(
                (weight.Bias > 0 ? m * n : 0)
                + (weight.Expands ? (long)Math.Round(hit * VectorWork.Expand * n * k) : 0)
                + (weight.Compresses(activation) ? VectorWork.Compress * m * k : 0)),
            WeightBytes = new Bytes((long)Math.Round(hit * _bytesPerExpert.Value)),
            InputBytes = new Bytes(m * k * _bits / 8),
            OutputBytes = new Bytes(m * n * _bits / 8),
        };
    }
}

/// <summary>How routed experts lie on ranks.</summary>
/// <param name="Experts">All routed experts of a layer.</param>
/// <param name="PerToken">Experts that a token visits.</param>
/// <param name="Local">Experts on one rank, each split over <paramref name="Shards"/>.</param>
/// <param name="Shards">Ranks that share each expert.</param>
/// <param name="Skew">Rows of this rank over the mean of all ranks, from 1 upwards.</param>
internal readonly record struct ExpertSplit(
    int Experts, int PerToken, int Local, int Shards, double Skew = 1);

/// <summary>What a step brings to the experts of one rank.</summary>
/// <param name="Rows">Rows of all of them.</param>
/// <param name="Hit">Experts that have any; an expectation need not be whole.</param>
/// <param name="Largest">Rows of the busiest one.</param>
/// <param name="Strays">Rows at hand for experts of other ranks.</param>
internal readonly record struct ExpertLoad(long Rows, double Hit, long Largest, long Strays);
