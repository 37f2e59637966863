namespace AccelSim.Workloads;

/// <summary>Families of lengths.</summary>
public enum LengthKind
{
    /// <summary>Always <see cref="LengthSpec.Tokens"/>.</summary>
    Fixed,

    /// <summary>Whole numbers from Min to Max, equally likely.</summary>
    Uniform,

    /// <summary>Median · exp(Sigma · normal), cut to Min…Max.</summary>
    Lognormal,

    /// <summary>P(Min + k − 1) ∝ k^−Exponent.</summary>
    Zipf,

    /// <summary>By a table of evenly spaced quantiles, linear between them.</summary>
    Empirical,
}

/// <summary>How many tokens (or turns): a distribution over whole numbers ≥ 1.</summary>
public sealed record LengthSpec
{
    /// <summary>Which family.</summary>
    public required LengthKind Kind { get; init; }

    /// <summary>Fixed: the length.</summary>
    public int? Tokens { get; init; }

    /// <summary>Uniform and Zipf: the least; Lognormal: a cut, 1 where left out.</summary>
    public int? Min { get; init; }

    /// <summary>Uniform and Zipf: the greatest; Lognormal: a cut.</summary>
    public int? Max { get; init; }

    /// <summary>Lognormal: the median, exp(mu).</summary>
    public double? Median { get; init; }

    /// <summary>Lognormal: standard deviation of the logarithm.</summary>
    public double? Sigma { get; init; }

    /// <summary>Zipf: the exponent, ≥ 0.</summary>
    public double? Exponent { get; init; }

    /// <summary>Empirical: quantiles at 0, 1/(n−1), …, 1; ascending, at least two.</summary>
    public IReadOnlyList<double>? Quantiles { get; init; }

    /// <summary>A length that is always the same.</summary>
    public static LengthSpec Constant(int tokens) =>
        new() { Kind = LengthKind.Fixed, Tokens = tokens };

    /// <summary>Draws a length.</summary>
    /// <param name="normal">
    /// A standard normal number; greater numbers give greater lengths (ties aside), so that two
    /// lengths drawn from correlated normals are correlated in rank. Zipf does not use it.
    /// </param>
    /// <param name="random">Where Zipf draws from.</param>
    internal int Draw(double normal, SimRandom random)
    {
        var value = Kind switch
        {
            LengthKind.Fixed => Tokens!.Value,
            LengthKind.Uniform => Math.Floor(
                Min!.Value + PortableMath.NormalCdf(normal) * ((double)Max!.Value - Min.Value + 1)),
            LengthKind.Lognormal => Math.Round(
                Median!.Value * PortableMath.Exp(Math.Min(Sigma!.Value * normal, 100))),
            LengthKind.Zipf => (double)Min!.Value - 1
                + random.NextZipf(Exponent!.Value, Max!.Value - Min.Value + 1),
            _ => Math.Round(SimRandom.Quantile(Quantiles!, PortableMath.NormalCdf(normal))),
        };
        return (int)Math.Clamp(value, Min ?? 1, Max ?? WorkloadLimits.MaxTokens);
    }
}
