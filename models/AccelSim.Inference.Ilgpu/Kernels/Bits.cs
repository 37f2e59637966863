using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>Numbers from bits and back, and functions that not every device has.</summary>
internal static class Bits
{
    // 2^23: bits put under its exponent are whole numbers.
    private const uint WholeExponent = 0x4B000000;
    private const float WholeBase = 8388608f;

    // 1.5 · 2^23: what is added to it is rounded to a whole number, ties to even.
    private const float RoundBase = 12582912f;
    private const float HalfScale = 5.192296858534828e33f; // 2^112

    /// <summary>A whole number below 2^23 less another.</summary>
    public static float OfWhole(uint bits, int less) =>
        Interop.IntAsFloat(bits | WholeExponent) - (WholeBase + less);

    /// <summary>Eight 4-bit integers less 8 of a run of 32.</summary>
    public static Eight OfNibbles(in Quad quad, int eight)
    {
        // The first sixteen numbers are the low halves of sixteen bytes.
        var shift = eight < 2 ? 0 : 4;
        var low = ((eight & 1) == 0 ? quad.X : quad.Z) >> shift;
        var high = ((eight & 1) == 0 ? quad.Y : quad.W) >> shift;
        return new Eight
        {
            A = Nibble(low, 0), B = Nibble(low, 8), C = Nibble(low, 16), D = Nibble(low, 24),
            E = Nibble(high, 0), F = Nibble(high, 8), G = Nibble(high, 16),
            H = Nibble(high, 24),
        };
    }

    private static float Nibble(uint bits, int shift) => OfWhole((bits >> shift) & 0xF, 8);

    /// <summary>An IEEE 16-bit number.</summary>
    public static float OfHalf(uint bits)
    {
        var size = Interop.IntAsFloat((bits & 0x7FFF) << 13) * HalfScale;
        return (bits & 0x8000) != 0 ? -size : size;
    }

    /// <summary>An E4M3 number from the low eight bits; finite ones only.</summary>
    public static float OfFp8(uint bits)
    {
        // Exponents of E4M3 are 120 less. Without an exponent, fp32 has a leading one too many:
        // it is taken off, because devices may take fp32 numbers without exponent for zero.
        const float least = 0.0078125f; // 2^-7
        var size = Interop.IntAsFloat(((bits & 0x7F) << 20) + (120u << 23));
        if ((bits & 0x78) == 0) size = 2f * (size - least);
        return (bits & 0x80) != 0 ? -size : size;
    }

    /// <summary>The nearest bf16 number, ties to even.</summary>
    public static uint ToBf16(float value)
    {
        var bits = Interop.FloatAsInt(value);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    }

    /// <summary>The nearest fp16 number, ties to even.</summary>
    public static uint ToHalf(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var sign = (bits >> 16) & 0x8000;
        var size = bits & 0x7FFFFFFF;
        if (size >= 0x47800000) return sign | 0x7C00;
        // Below 2^-14 the steps are 2^-24, as those of fp32 are at 0.5.
        if (size < 0x38800000)
            return sign | (Interop.FloatAsInt(Interop.IntAsFloat(size) + 0.5f) - 0x3F000000);
        return sign | ((size + 0xFFF + ((size >> 13) & 1) - 0x38000000) >> 13);
    }

    /// <summary>The nearest whole number, ties to even, as the low bits of an integer.</summary>
    public static uint ToWhole(float value) => Interop.FloatAsInt(value + RoundBase) - 0x4B400000;

    /// <summary>e^x, within two steps of fp32; 0 far below.</summary>
    /// <remarks>2^n times a polynomial on ±ln 2 / 2 (Cody and Waite 1980).</remarks>
    public static float Exp(float x)
    {
        if (x < -87f) return 0f;
        if (x > 88f) x = 88f;
        var turns = x * 1.44269504f + RoundBase;
        var whole = turns - RoundBase;
        var rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
        var poly = 1f + rest * (1f + rest * (0.5f + rest * (0.16666667f
            + rest * (4.1666668e-2f + rest * (8.3333333e-3f + rest * 1.3888889e-3f)))));
        var power = (Interop.FloatAsInt(turns) - 0x4B400000 + 127) << 23;
        return poly * Interop.IntAsFloat(power);
    }

    /// <summary>1 / (1 + e^−x).</summary>
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));
}
