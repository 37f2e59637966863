using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// Four levels with a scale and an offset (fp32 each): by token for every 32 numbers of a head, or
/// by channel for the tokens of a group. Of 32 numbers the first has the lowest bits.
/// </summary>
internal static unsafe class TwoBits
{
    /// <summary>Numbers of scales that a token has for each run: scale and offset.</summary>
    public const int Pair = 2;

    private const int Last = 3;
    private const int RunBytes = Matrix.Run / 4;

    /// <summary>Writes a token, scale and offset of each run one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<float> numbers, byte* to, float* scales)
    {
        unchecked
        {
            Span<float> levels = stackalloc float[Matrix.Run];
            for (var run = 0; run < numbers.Length; run += Matrix.Run, to += RunBytes)
            {
                var part = numbers[run..Math.Min(run + Matrix.Run, numbers.Length)];
                var least = TensorPrimitives.Min(part);
                var step = Step(TensorPrimitives.Max(part), least);
                levels.Clear();
                TensorPrimitives.Subtract(part, least, levels);
                TensorPrimitives.Divide(levels, step > 0 ? step : 1, levels);
                Store(levels, to);
                *scales++ = step;
                *scales++ = least;
            }
        }
    }

    /// <summary>Scales and offsets of each channel of some tokens.</summary>
    /// <param name="rows">The tokens' numbers, <paramref name="width"/> of each.</param>
    /// <param name="width">Numbers of a token.</param>
    /// <param name="scales">Receives the scales of all channels, then their offsets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Range(ReadOnlySpan<float> rows, int width, Span<float> scales)
    {
        var steps = scales[..width];
        var least = scales[width..];
        rows[..width].CopyTo(least);
        rows[..width].CopyTo(steps);
        for (var at = width; at < rows.Length; at += width)
        {
            TensorPrimitives.Min(least, rows.Slice(at, width), least);
            TensorPrimitives.Max(steps, rows.Slice(at, width), steps);
        }
        for (var i = 0; i < width; i++) steps[i] = Step(steps[i], least[i]);
    }

    /// <summary>Writes a token whose channels have scales and offsets already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<float> numbers, ReadOnlySpan<float> scales, byte* to)
    {
        unchecked
        {
            var least = scales[numbers.Length..];
            Span<float> levels = stackalloc float[Matrix.Run];
            for (var run = 0; run < numbers.Length; run += Matrix.Run, to += RunBytes)
            {
                for (var i = 0; i < Matrix.Run; i++)
                {
                    var step = scales[run + i];
                    levels[i] = (numbers[run + i] - least[run + i]) / (step > 0 ? step : 1);
                }
                Store(levels, to);
            }
        }
    }

    /// <summary>Expands a token that has scales of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Expand<V, L>(byte* from, float* scales, int width, float* to)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            for (var run = 0; run < width; run += Matrix.Run, from += RunBytes, scales += Pair)
            {
                V step = L.Set(scales[0]), least = L.Set(scales[1]);
                for (var part = 0; part < 16; part += L.Count)
                {
                    Planes.Two<V, L>(from, part, out var first, out var second);
                    // Rounded twice, as the levels are defined.
                    L.Store(L.Add(L.Multiply(first, step), least), to + run + part);
                    L.Store(L.Add(L.Multiply(second, step), least), to + run + part + 16);
                }
            }
        }
    }

    /// <summary>Expands a token whose channels have scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpandChannels<V, L>(byte* from, float* scales, int width, float* to)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var least = scales + width;
            for (var run = 0; run < width; run += Matrix.Run, from += RunBytes)
            {
                for (var part = 0; part < 16; part += L.Count)
                {
                    int at = run + part, after = at + 16;
                    Planes.Two<V, L>(from, part, out var first, out var second);
                    first = L.Multiply(first, L.Load(scales + at));
                    second = L.Multiply(second, L.Load(scales + after));
                    L.Store(L.Add(first, L.Load(least + at)), to + at);
                    L.Store(L.Add(second, L.Load(least + after)), to + after);
                }
            }
        }
    }

    /// <summary>0 where numbers are equal or none at all: never less, never no number.</summary>
    private static float Step(float most, float least) =>
        (most - least) / Last is > 0 and var step ? step : 0;

    /// <summary>Writes 32 numbers that are 0 to 3 but for rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> levels, byte* to)
    {
        unchecked
        {
            TensorPrimitives.Round<float>(levels, levels);
            for (var half = 0; half < 2; half++)
            {
                uint word = 0;
                for (var i = 15; i >= 0; i--)
                    word = (word << 2) | ((uint)levels[16 * half + i] & Last);
                ((uint*)to)[half] = word;
            }
        }
    }
}
