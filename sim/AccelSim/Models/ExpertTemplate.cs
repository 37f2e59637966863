using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>One matrix of every routed expert of a rank, as a grouped product.</summary>
/// <remarks>
/// With tokens choosing experts independently, each by its popularity p, an expert is hit with
/// probability 1 − (1 − p)^tokens, so a rank with L experts reads L times the mean of that. The
/// busiest expert has the mean plus what chance adds, √(2·mean·ln L) (Raab and Steger 1998), or
/// plus all that a skewed rank has beyond the mean of ranks: one popular expert makes a
/// rank the busiest; or what its popularity gives it, if that is more.
/// </remarks>
internal sealed class ExpertTemplate(
    string name, int count, Rows rows, ExpertSplit split, long n, long k, WeightUse weight,
    NumberFormat activation)
    : OperatorTemplate(name, count, ShapeBasis.ExpertTokens)
{
    private readonly Bytes _bytesPerExpert =
        weight.Storage.Of(n * k) + new Bytes(weight.Bias * FormatNames.Bits(activation) / 8);

    private readonly int _bits = FormatNames.Bits(activation);

    private readonly ExpertPopularity _popularity =
        new(split.Experts, split.PerToken, split.RoutingSkew);

    /// <inheritdoc/>
    public override long Parameters => split.Local * (n * k + weight.Bias);

    /// <inheritdoc/>
    public override Bytes ResidentBytes => split.Local * _bytesPerExpert;

    /// <inheritdoc/>
    public override string Formula =>
        $"2·M·N·K with M = {rows}, N = {n}, K = {k}; "
        + $"experts hit = {split.Local}·"
        + (split.RoutingSkew == 0
            ? $"(1 − (1 − {split.PerToken}/{split.Experts})^tokens), "
            : $"mean of (1 − (1 − p)^tokens) with p ~ place^−{split.RoutingSkew:0.###}, "
                + $"{split.PerToken} of {split.Experts} a token, ")
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
        if (split.RoutingSkew > 0)
            most = Math.Max(most, tokens * _popularity.Top(split.Local));
        return At(new ExpertLoad(
            m, split.Local * _popularity.Hit(tokens),
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
/// <param name="RoutingSkew">Exponent of <see cref="ExpertPopularity"/>.</param>
internal readonly record struct ExpertSplit(
    int Experts, int PerToken, int Local, int Shards, double Skew = 1, double RoutingSkew = 0);

/// <summary>What a step brings to the experts of one rank.</summary>
/// <param name="Rows">Rows of all of them.</param>
/// <param name="Hit">Experts that have any; an expectation need not be whole.</param>
/// <param name="Largest">Rows of the busiest one.</param>
/// <param name="Strays">Rows at hand for experts of other ranks.</param>
internal readonly record struct ExpertLoad(long Rows, double Hit, long Largest, long Strays);
