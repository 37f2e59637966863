using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>What one load of 128 bits brings.</summary>
internal struct Quad
{
    public uint X;
    public uint Y;
    public uint Z;
    public uint W;
}

/// <summary>Eight numbers in registers.</summary>
internal struct Eight
{
    public float A;
    public float B;
    public float C;
    public float D;
    public float E;
    public float F;
    public float G;
    public float H;

    /// <summary>Eight numbers of fp32, by their number in the row.</summary>
    public static Eight Plain(ArrayView<Quad> data, long row, int part)
    {
        var (low, high) = (data[row + 2 * part], data[row + 2 * part + 1]);
        return new Eight
        {
            A = Interop.IntAsFloat(low.X), B = Interop.IntAsFloat(low.Y),
            C = Interop.IntAsFloat(low.Z), D = Interop.IntAsFloat(low.W),
            E = Interop.IntAsFloat(high.X), F = Interop.IntAsFloat(high.Y),
            G = Interop.IntAsFloat(high.Z), H = Interop.IntAsFloat(high.W),
        };
    }

    public readonly float Dot(in Eight other, float sum)
    {
        sum += A * other.A;
        sum += B * other.B;
        sum += C * other.C;
        sum += D * other.D;
        sum += E * other.E;
        sum += F * other.F;
        sum += G * other.G;
        return sum + H * other.H;
    }

    public readonly float Sum() => A + B + (C + D) + (E + F + (G + H));

    public readonly Eight Times(float factor, float offset) => new()
    {
        A = A * factor + offset, B = B * factor + offset, C = C * factor + offset,
        D = D * factor + offset, E = E * factor + offset, F = F * factor + offset,
        G = G * factor + offset, H = H * factor + offset,
    };

    /// <summary>This and another, that one times a factor.</summary>
    public readonly Eight Plus(float factor, in Eight other) => new()
    {
        A = A + factor * other.A, B = B + factor * other.B, C = C + factor * other.C,
        D = D + factor * other.D, E = E + factor * other.E, F = F + factor * other.F,
        G = G + factor * other.G, H = H + factor * other.H,
    };

    /// <summary>Puts them into memory one after the other.</summary>
    public readonly void Store(ArrayView<float> to, int at)
    {
        to[at] = A;
        to[at + 1] = B;
        to[at + 2] = C;
        to[at + 3] = D;
        to[at + 4] = E;
        to[at + 5] = F;
        to[at + 6] = G;
        to[at + 7] = H;
    }
}

/// <summary>A format of numbers in memory.</summary>
/// <remarks>
/// Kernels are compiled for each. Rows are whole runs of 32 numbers, laid out as the processor's
/// kernels have them; scales and offsets are applied by who knows the group.
/// </remarks>
internal interface INumbers
{
    /// <summary>Whether groups have a scale.</summary>
    bool IsScaled { get; }

    /// <summary>Whether groups have an offset, too.</summary>
    bool HasOffset { get; }

    /// <summary>Loads of 128 bits that hold 32 numbers.</summary>
    int QuadsOfRun { get; }

    /// <summary>Eight numbers without scale.</summary>
    /// <param name="data">Memory.</param>
    /// <param name="row">Where the row starts, in loads.</param>
    /// <param name="part">Which eight of the row.</param>
    Eight Load(ArrayView<Quad> data, long row, int part);
}

/// <summary>A format of which one load holds eight numbers or more.</summary>
internal interface IPackedNumbers : INumbers
{
    /// <summary>How many eights a load holds.</summary>
    int Eights { get; }

    /// <summary>Eight numbers out of a load.</summary>
    Eight Pick(in Quad quad, int eight);
}

/// <summary>IEEE 32 bit.</summary>
internal struct Fp32Numbers : INumbers
{
    public readonly bool IsScaled => false;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 8;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Eight.Plain(data, row, part);
}

/// <summary>The upper half of an IEEE 32-bit number.</summary>
internal struct Bf16Numbers : IPackedNumbers
{
    public readonly bool IsScaled => false;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 4;

    public readonly int Eights => 1;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + part], 0);

    public readonly Eight Pick(in Quad quad, int eight) => new()
    {
        A = Low(quad.X), B = High(quad.X), C = Low(quad.Y), D = High(quad.Y),
        E = Low(quad.Z), F = High(quad.Z), G = Low(quad.W), H = High(quad.W),
    };

    private static float Low(uint pair) => Interop.IntAsFloat(pair << 16);

    private static float High(uint pair) => Interop.IntAsFloat(pair & 0xFFFF0000);
}

/// <summary>IEEE 16 bit; finite numbers only.</summary>
internal struct Fp16Numbers : IPackedNumbers
{
    public readonly bool IsScaled => false;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 4;

    public readonly int Eights => 1;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + part], 0);

    public readonly Eight Pick(in Quad quad, int eight) => new()
    {
        A = Low(quad.X), B = High(quad.X), C = Low(quad.Y), D = High(quad.Y),
        E = Low(quad.Z), F = High(quad.Z), G = Low(quad.W), H = High(quad.W),
    };

    private static float Low(uint pair) => Bits.OfHalf(pair & 0xFFFF);

    private static float High(uint pair) => Bits.OfHalf(pair >> 16);
}

/// <summary>8-bit integers, a scale per row or group.</summary>
internal struct Int8Numbers : IPackedNumbers
{
    public readonly bool IsScaled => true;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 2;

    public readonly int Eights => 2;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + (part >> 1)], part & 1);

    public readonly Eight Pick(in Quad quad, int eight)
    {
        // What is not negative is expanded by one operation less: 128 more, then less again.
        var low = (eight == 0 ? quad.X : quad.Z) ^ 0x80808080;
        var high = (eight == 0 ? quad.Y : quad.W) ^ 0x80808080;
        return new Eight
        {
            A = At(low, 0), B = At(low, 8), C = At(low, 16), D = At(low, 24),
            E = At(high, 0), F = At(high, 8), G = At(high, 16), H = At(high, 24),
        };
    }

    private static float At(uint four, int shift) => Bits.OfWhole((four >> shift) & 0xFF, 128);
}

/// <summary>8-bit floating point (E4M3), a scale per row; finite numbers only.</summary>
internal struct Fp8Numbers : IPackedNumbers
{
    public readonly bool IsScaled => true;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 2;

    public readonly int Eights => 2;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + (part >> 1)], part & 1);

    public readonly Eight Pick(in Quad quad, int eight)
    {
        var low = eight == 0 ? quad.X : quad.Z;
        var high = eight == 0 ? quad.Y : quad.W;
        return new Eight
        {
            A = Bits.OfFp8(low), B = Bits.OfFp8(low >> 8), C = Bits.OfFp8(low >> 16),
            D = Bits.OfFp8(low >> 24), E = Bits.OfFp8(high), F = Bits.OfFp8(high >> 8),
            G = Bits.OfFp8(high >> 16), H = Bits.OfFp8(high >> 24),
        };
    }
}

/// <summary>4-bit integers less 8, a scale per group.</summary>
internal struct Int4Numbers : IPackedNumbers
{
    public readonly bool IsScaled => true;

    public readonly bool HasOffset => false;

    public readonly int QuadsOfRun => 1;

    public readonly int Eights => 4;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + (part >> 2)], part & 3);

    public readonly Eight Pick(in Quad quad, int eight) => Bits.OfNibbles(quad, eight);
}

/// <summary>4-bit integers less 8, a scale and an offset per group.</summary>
internal struct Int4OffsetNumbers : IPackedNumbers
{
    public readonly bool IsScaled => true;

    public readonly bool HasOffset => true;

    public readonly int QuadsOfRun => 1;

    public readonly int Eights => 4;

    public readonly Eight Load(ArrayView<Quad> data, long row, int part) =>
        Pick(data[row + (part >> 2)], part & 3);

    public readonly Eight Pick(in Quad quad, int eight) => Bits.OfNibbles(quad, eight);
}
