using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>
/// Row tiles of a grouped product, from its rows, its groups and the busiest one.
/// </summary>
/// <remarks>
/// Between the least and the most, rows of groups are taken as log-uniform, the limit of a power
/// law with exponent 1: mean / most = (1 − 1/q) / ln q with q = most / least, solved for ln q. A
/// group of r rows has ⌈r/T⌉ tiles; above T that is r/T + ½ on average. Even loads are exact.
/// Against drawn power laws (exponents 1.01 and 1.2, 8 to 896 experts) the count is off by at most
/// a tenth at p90.
/// </remarks>
internal readonly struct ExpertTiles
{
    /// <summary>Where an even load ends and a skewed one begins: most over mean.</summary>
    private const double Even = 1.02, Skewed = 1.22;

    private readonly double _rows, _groups, _most, _spread, _weight;

    public ExpertTiles(in Operator @operator)
    {
        (_rows, _groups) = (@operator.M, @operator.Groups);
        var mean = _rows / _groups;
        _most = Math.Max(mean, @operator.LargestGroup);
        var skew = _most / mean;
        _weight = Math.Clamp((skew - Even) / (Skewed - Even), 0, 1);
        _spread = _weight > 0 ? Spread(skew) : 0;
    }

    /// <summary>Tiles of so many rows.</summary>
    public double Count(double rows)
    {
        var even = _groups * Math.Ceiling(_rows / _groups / rows - 1e-9);
        if (_weight == 0) return even;
        var below = _most <= rows
            ? 1
            : Math.Clamp(1 - Math.Log(_most / rows) / _spread, 0, 1);
        var least = Math.Max(rows, _most * Math.Exp(-_spread));
        var above = _groups * Math.Max(0, _most - least) / _spread;
        var skewed = _groups * below + above / rows + 0.5 * _groups * (1 - below);
        skewed = Math.Max(skewed, Math.Max(_groups, _rows / rows));
        return even * (1 - _weight) + skewed * _weight;
    }

    /// <summary>ln q by Newton's method; convex and falling, so that it settles at once.</summary>
    private static double Spread(double skew)
    {
        var x = skew < 1.2 ? 2 * (skew - 1) : skew;
        for (var i = 0; i < 8; i++)
        {
            var e = Math.Exp(-x);
            var step = ((1 - e) / x - 1 / skew) / ((e * (x + 1) - 1) / (x * x));
            x = Math.Max(1e-6, x - step);
            if (Math.Abs(step) < 1e-7) break;
        }
        return x;
    }
}
