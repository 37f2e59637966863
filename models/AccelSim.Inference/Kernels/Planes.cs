using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// Whole numbers of two or three bits with a scale and an offset: of 32 numbers the low two bits
/// of each, then, where there are three, the third ones.
/// </summary>
internal static unsafe class Planes
{
    private const int LowBytes = 8;

    /// <summary>Writes a group and returns its scale.</summary>
    /// <param name="values">The group; its last run is filled up.</param>
    /// <param name="bits">Two or three.</param>
    /// <param name="to">Receives a run of 32 numbers after the other.</param>
    /// <param name="offset">Receives the least number.</param>
    public static float Pack(ReadOnlySpan<float> values, int bits, byte* to, out float offset)
    {
        var least = TensorPrimitives.Min(values);
        var most = (1 << bits) - 1;
        // The range of large numbers of both signs may be no fp32 number.
        var step = (float)(((double)TensorPrimitives.Max(values) - least) / most);
        offset = least;
        for (var run = 0; run < values.Length; run += Matrix.Run, to += Matrix.Run * bits / 8)
        {
            new Span<byte>(to, Matrix.Run * bits / 8).Clear();
            var count = Math.Min(Matrix.Run, values.Length - run);
            for (var i = 0; i < count; i++)
            {
                var level = step > 0
                    ? Math.Min((int)Math.Round(((double)values[run + i] - least) / step), most)
                    : 0;
                to[i / 4] |= (byte)((level & 3) << (i % 4 * 2));
                if (bits == 3) to[LowBytes + i / 8] |= (byte)(level >> 2 << (i % 8));
            }
        }
        return step;
    }

    /// <summary>Two vectors of a run of three bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Three<V, L>(byte* run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            uint* pairs = (uint*)run, thirds = (uint*)(run + LowBytes);
            first = L.FromThirds(pairs, thirds, part, 0);
            second = L.FromThirds(pairs + 1, thirds, part, 16);
        }
    }

    /// <summary>Two vectors of a run of two bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Two<V, L>(byte* run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            first = L.FromPairs((uint*)run, part);
            second = L.FromPairs((uint*)run + 1, part);
        }
    }
}

/// <summary>Levels that normally distributed numbers fill evenly.</summary>
internal static unsafe class NormalFloat
{
    /// <summary>The levels, as shares of a group's largest number (Dettmers et al. 2023, appendix
    /// E).</summary>
    internal static readonly float[] Levels =
    [
        -1f, -0.6961928f, -0.52507305f, -0.39491749f, -0.28444138f, -0.18477343f, -0.09105004f,
        0f, 0.0795803f, 0.1609302f, 0.24611230f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f,
        1f,
    ];

    /// <summary>Writes a group, its last run filled up with zeros, and returns its scale.</summary>
    public static float Pack(ReadOnlySpan<float> values, byte* to)
    {
        const int half = Matrix.Run / 2;
        var scale = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        for (var run = 0; run < values.Length; run += Matrix.Run)
        {
            for (var i = 0; i < half; i++)
            {
                var low = Level(values, run + i, scale);
                to[run / 2 + i] = (byte)(low | (Level(values, run + i + half, scale) << 4));
            }
        }
        return scale;
    }

    private static int Level(ReadOnlySpan<float> values, int index, float scale)
    {
        const int zero = 7;
        if (index >= values.Length || scale <= 0) return zero;
        var share = values[index] / scale;
        var at = Array.BinarySearch(Levels, share);
        if (at >= 0) return at;
        var above = Math.Clamp(~at, 1, Levels.Length - 1);
        return share - Levels[above - 1] <= Levels[above] - share ? above - 1 : above;
    }
}
