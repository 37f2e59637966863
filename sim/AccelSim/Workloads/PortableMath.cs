namespace AccelSim.Workloads;

/// <summary>Logarithm, exponential and sine out of IEEE basic operations only.</summary>
/// <remarks>
/// <see cref="Math"/>'s call the platform's C library, whose last bit differs between machines; a
/// workload must not. Additions, products and quotients are exact to the bit everywhere.
/// The relative error is below 1e-14 on the ranges that samplers use.
/// </remarks>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309417232121458;

    /// <summary>ln x for positive normal x.</summary>
    public static double Log(double x)
    {
        if (!double.IsNormal(x) || x < 0)
            throw new ArgumentOutOfRangeException(nameof(x), x, "positive and normal");
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble(
            (bits & 0x000FFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }
        // ln m = 2 artanh((m − 1) / (m + 1)); |s| ≤ 0.1716, so s^23 is below 1e-17.
        var s = (mantissa - 1) / (mantissa + 1);
        var square = s * s;
        var sum = 0.0;
        for (var k = 23; k >= 1; k -= 2)
            sum = sum * square + 1.0 / k;
        return exponent * Ln2 + 2 * s * sum;
    }

    /// <summary>e to the x; 0 below −700; throws above 700.</summary>
    public static double Exp(double x)
    {
        if (x < -700)
            return 0;
        if (!(x <= 700))
            throw new ArgumentOutOfRangeException(nameof(x), x, "at most 700");
        var exponent = (long)Math.Floor(x / Ln2 + 0.5);
        var rest = x - exponent * Ln2;
        var sum = 1.0;
        for (var k = 18; k >= 1; k--)
            sum = 1 + rest / k * sum;
        return sum * BitConverter.Int64BitsToDouble((exponent + 1023) << 52);
    }

    /// <summary>sin(2π · <paramref name="turns"/>).</summary>
    public static double SinTurns(double turns)
    {
        var x = turns - Math.Floor(turns + 0.5);
        // Fold into a quarter turn, where the series converges at once.
        if (x > 0.25)
            x = 0.5 - x;
        else if (x < -0.25)
            x = -0.5 - x;
        x *= 2 * Math.PI;
        var square = x * x;
        var sum = 1.0;
        for (var k = 22; k >= 2; k -= 2)
            sum = 1 - square / (k * (k + 1)) * sum;
        return x * sum;
    }

    /// <summary>P(standard normal ≤ z).</summary>
    /// <remarks>
    /// Marsaglia, Journal of Statistical Software 2004: 1/2 + φ(z)(z + z³/3 + z⁵/15 + …).
    /// </remarks>
    public static double NormalCdf(double z)
    {
        if (Math.Abs(z) > 8)
            return z > 0 ? 1 : 0;
        var square = z * z;
        var (term, sum) = (z, z);
        for (var k = 3; Math.Abs(term) > 1e-17; k += 2)
        {
            term *= square / k;
            sum += term;
        }
        return Math.Clamp(0.5 + sum * Exp(-0.5 * square) * 0.3989422804014327, 0, 1);
    }
}
