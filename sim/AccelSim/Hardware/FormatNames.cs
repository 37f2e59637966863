using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>The names of number formats in files and on the command line.</summary>
public static class FormatNames
{
    /// <summary>Lower-case name, such as <c>bf16</c>.</summary>
    public static string Of(NumberFormat format) => format.ToString().ToLowerInvariant();

    /// <summary>Storage bits of one number.</summary>
    public static int Bits(NumberFormat format) => format switch
    {
        NumberFormat.Fp64 => 64,
        NumberFormat.Fp32 or NumberFormat.Tf32 => 32,
        NumberFormat.Bf16 or NumberFormat.Fp16 => 16,
        NumberFormat.Fp8 or NumberFormat.Int8 => 8,
        NumberFormat.Fp6 => 6,
        NumberFormat.Fp4 or NumberFormat.Int4 => 4,
        NumberFormat.Int3 => 3,
        NumberFormat.Int2 => 2,
        NumberFormat.Int1 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
