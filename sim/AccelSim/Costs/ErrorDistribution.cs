using AccelSim.Hardware;
using AccelSim.Workloads;

namespace AccelSim.Costs;

/// <summary>How far predictions of one kind are off: ln(true / predicted).</summary>
/// <remarks>
/// Held as quantiles at the shares of <see cref="ResidualClass.Shares"/>. Between two of them the
/// error is linear in the standard normal value of the share, and beyond the outermost it goes on
/// as between the last two: a normal error is kept as it is, a skewed one keeps its skew.
/// </remarks>
public sealed class ErrorDistribution
{
    private static readonly double[] Normals = [.. ResidualClass.Shares.Select(Normal)];
    private static readonly int Fifth = Index(0.05), Middle = Index(0.5), Last = Index(0.95);
    private readonly double[] _quantiles;

    /// <summary>From quantiles of ln(true / predicted), rising.</summary>
    public ErrorDistribution(IReadOnlyList<double> quantiles)
    {
        ArgumentNullException.ThrowIfNull(quantiles);
        ArgumentOutOfRangeException.ThrowIfNotEqual(
            quantiles.Count, Normals.Length, nameof(quantiles));
        _quantiles = [.. quantiles];
    }

    /// <summary>The median.</summary>
    public double Median => _quantiles[Middle];

    /// <summary>The error that a standard normal value stands for.</summary>
    /// <param name="normal">Its place: −1.645 is the 5 % quantile.</param>
    /// <param name="widening">Times the spread around the median: 1 leaves it.</param>
    public double At(double normal, double widening = 1)
    {
        var right = 1;
        while (right < Normals.Length - 1 && normal > Normals[right]) right++;
        var slope = (_quantiles[right] - _quantiles[right - 1])
            / (Normals[right] - Normals[right - 1]);
        return Widened(_quantiles[right - 1] + slope * (normal - Normals[right - 1]), widening);
    }

    /// <summary>Predictions times this are the lower end of a 90 % band.</summary>
    /// <remarks>A band holds its prediction, even where that is usually too short.</remarks>
    public double LowFactor(double widening) =>
        PortableMath.Exp(Math.Min(0, Widened(_quantiles[Fifth], widening)));

    /// <summary>Predictions times this are the upper end of a 90 % band.</summary>
    public double HighFactor(double widening) =>
        PortableMath.Exp(Math.Max(0, Widened(_quantiles[Last], widening)));

    private double Widened(double error, double widening) =>
        Median + widening * (error - Median);

    private static int Index(double share) => ResidualClass.Shares.ToList().IndexOf(share);

    /// <summary>The standard normal value of a share, by bisection.</summary>
    private static double Normal(double share)
    {
        double low = -8, high = 8;
        for (var i = 0; i < 60; i++)
        {
            var middle = 0.5 * (low + high);
            if (PortableMath.NormalCdf(middle) < share) low = middle;
            else high = middle;
        }
        return 0.5 * (low + high);
    }
}
