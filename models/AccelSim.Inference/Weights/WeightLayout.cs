namespace AccelSim.Inference.Weights;

/// <summary>How many bytes numbers take in each <see cref="WeightType"/>.</summary>
public static class WeightLayout
{
    /// <summary>Numbers that are stored together; 1 where each stands alone.</summary>
    public static int BlockLength(WeightType type) => type switch
    {
        WeightType.F32 or WeightType.F16 or WeightType.BF16 => 1,
        WeightType.Q8_0 or WeightType.Q4_0 => 32,
        WeightType.Q4_K or WeightType.Q6_K => 256,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes that <see cref="BlockLength"/> numbers take.</summary>
    public static int BlockBytes(WeightType type) => type switch
    {
        WeightType.F32 => 4,
        WeightType.F16 or WeightType.BF16 => 2,
        WeightType.Q8_0 => 2 + 32,
        WeightType.Q4_0 => 2 + 16,
        WeightType.Q4_K => 2 + 2 + 12 + 128,
        WeightType.Q6_K => 128 + 64 + 16 + 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes of one row of whole blocks.</summary>
    public static long RowBytes(WeightType type, long columns) =>
        columns / BlockLength(type) * BlockBytes(type);
}
