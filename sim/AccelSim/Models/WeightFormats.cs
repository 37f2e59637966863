using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>The storage formats of known quantisation schemes, scales included.</summary>
internal static class WeightFormats
{
    /// <summary>One scale for a whole matrix.</summary>
    public static StorageFormat Fp8 { get; } = new(NumberFormat.Fp8, 8);

    /// <summary>OCP Microscaling 1.0: 32 numbers of 4 bits share a scale of 8.</summary>
    public static StorageFormat Mxfp4 { get; } = new(NumberFormat.Fp4, 4 + 8.0 / 32);

    /// <summary>16 numbers of 4 bits share a scale of 8.</summary>
    public static StorageFormat Nvfp4 { get; } = new(NumberFormat.Fp4, 4 + 8.0 / 16);

    /// <summary>BitNet b1.58: −1, 0, 1, packed four to a byte, one scale for a matrix.</summary>
    public static StorageFormat Ternary { get; } = new(NumberFormat.Int2, 2);

    /// <summary>Eight-bit floats with an fp32 scale per block (DeepSeek-V3, 2024, §3.3).</summary>
    public static StorageFormat Fp8Blocks(int rows, int columns) =>
        new(NumberFormat.Fp8, 8 + 32.0 / ((double)rows * columns));

    /// <summary>
    /// Integers in groups, each with an fp16 scale and a zero point as wide as a number; null for
    /// a width that no scheme uses.
    /// </summary>
    public static StorageFormat? Integer(int bits, int group) => bits switch
    {
        2 => new StorageFormat(NumberFormat.Int2, bits + (16.0 + bits) / group),
        3 => new StorageFormat(NumberFormat.Int3, bits + (16.0 + bits) / group),
        4 => new StorageFormat(NumberFormat.Int4, bits + (16.0 + bits) / group),
        8 => new StorageFormat(NumberFormat.Int8, bits + (16.0 + bits) / group),
        _ => null,
    };

    /// <summary>A plain format.</summary>
    public static StorageFormat Plain(NumberFormat format) => new(format, FormatNames.Bits(format));
}
