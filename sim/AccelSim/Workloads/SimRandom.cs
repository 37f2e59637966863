using System.Numerics;

namespace AccelSim.Workloads;

/// <summary>A stream of random numbers that a seed and a name determine on every machine.</summary>
/// <remarks>
/// xoshiro256** (Blackman and Vigna 2021), its state filled by SplitMix64 from the seed and the
/// stream's name. One named stream per purpose: drawing more of one does not shift another.
/// </remarks>
public sealed class SimRandom
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareNormal = double.NaN;

    /// <summary>Opens a stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the numbers are for, such as "arrivals".</param>
    public SimRandom(long seed, string stream)
    {
        var key = seed;
        var name = ContentKeys.Of(stream);
        _s0 = unchecked((ulong)ContentKeys.Mix(key, name));
        _s1 = unchecked((ulong)ContentKeys.Mix((long)_s0, name));
        _s2 = unchecked((ulong)ContentKeys.Mix((long)_s1, key));
        _s3 = unchecked((ulong)ContentKeys.Mix((long)_s2, name)) | 1; // never all zero
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            var shifted = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= shifted;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in (0, 1]; safe to take the logarithm of.</summary>
    public double NextPositive() => ((NextUInt64() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high], both ends included; no modulo bias.</summary>
    public int NextInt(int low, int high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        var span = (ulong)((long)high - low + 1);
        // Lemire 2019: multiply, and redraw the few products that would favour small values.
        var threshold = unchecked(0UL - span) % span;
        while (true)
        {
            var upper = Math.BigMul(NextUInt64(), span, out var lower);
            if (lower >= threshold)
                return (int)(low + (long)upper);
        }
    }

    /// <summary>Exponential with a mean; ≥ 0.</summary>
    public double NextExponential(double mean) => -mean * PortableMath.Log(NextPositive());

    /// <summary>Standard normal.</summary>
    /// <remarks>Marsaglia's polar method; the second of each pair is kept.</remarks>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }
        while (true)
        {
            var u = 2 * NextDouble() - 1;
            var v = 2 * NextDouble() - 1;
            var square = u * u + v * v;
            if (square is >= 1 or < 1e-300)
                continue;
            var factor = Math.Sqrt(-2 * PortableMath.Log(square) / square);
            _spareNormal = v * factor;
            return u * factor;
        }
    }

    /// <summary>exp(mu + sigma · normal): median exp(mu), mean exp(mu + sigma²/2).</summary>
    public double NextLogNormal(double mu, double sigma) =>
        PortableMath.Exp(mu + sigma * NextNormal());

    /// <summary>Gamma with mean shape · scale and variance shape · scale².</summary>
    /// <remarks>Marsaglia and Tsang, ACM TOMS 2000; their boost for shape &lt; 1.</remarks>
    public double NextGamma(double shape, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        if (shape < 1)
        {
            var boost = PortableMath.Exp(PortableMath.Log(NextPositive()) / shape);
            return NextGamma(shape + 1, scale) * boost;
        }
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            var u = NextPositive();
            var bound = 0.5 * x * x + d * (1 - v + PortableMath.Log(v));
            if (PortableMath.Log(u) < bound)
                return d * v * scale;
        }
    }

    /// <summary>Zipf over 1…count: P(k) ∝ k^−exponent; exponent ≥ 0.</summary>
    /// <remarks>
    /// Rejection-inversion (Hörmann and Derflinger, ACM TOMACS 1996): constant time and memory.
    /// </remarks>
    public int NextZipf(double exponent, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var low = Area(1.5, exponent) - 1;
        var high = Area(count + 0.5, exponent);
        while (true)
        {
            var u = low + NextDouble() * (high - low);
            var x = AreaInverse(u, exponent);
            var k = Math.Clamp(Math.Floor(x + 0.5), 1, count);
            if (u >= Area(k + 0.5, exponent) - PortableMath.Exp(-exponent * PortableMath.Log(k)))
                return (int)k;
        }
    }

    /// <summary>∫ x^−s from 1 to x.</summary>
    private static double Area(double x, double s)
    {
        var log = PortableMath.Log(x);
        var slope = (1 - s) * log;
        return Math.Abs(slope) < 1e-8
            ? log * (1 + slope / 2)
            : (PortableMath.Exp(slope) - 1) / (1 - s);
    }

    private static double AreaInverse(double area, double s)
    {
        var slope = (1 - s) * area;
        return PortableMath.Exp(
            Math.Abs(slope) < 1e-8
                ? area * (1 - slope / 2)
                : PortableMath.Log(1 + slope) / (1 - s));
    }

    /// <summary>A value by its quantile table: linear between evenly spaced quantiles.</summary>
    /// <param name="quantiles">Ascending; the first is the minimum, the last the maximum.</param>
    public double NextEmpirical(IReadOnlyList<double> quantiles) =>
        Quantile(quantiles, NextDouble());

    /// <summary>The quantile of a table at a probability in [0, 1].</summary>
    internal static double Quantile(IReadOnlyList<double> quantiles, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantiles.Count, 2);
        var place = probability * (quantiles.Count - 1);
        var index = Math.Min((int)place, quantiles.Count - 2);
        return quantiles[index] + (place - index) * (quantiles[index + 1] - quantiles[index]);
    }
}
