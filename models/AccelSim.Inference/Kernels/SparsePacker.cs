using System.Numerics;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// Keeps the largest half of every four numbers (what sparse matrix units take; Mishra et al.
/// 2021), or of a row.
/// </summary>
internal static unsafe class SparsePacker
{
    /// <summary>Bytes of a run of 32 where two of every four are kept.</summary>
    public const int RunBytes = sizeof(uint) + Matrix.Run / 2 * sizeof(ushort);

    /// <summary>Bytes before a row's numbers for each run of 32, where half of a row is kept.
    /// </summary>
    public const int HeadBytes = 2 * sizeof(uint);

    /// <summary>Writes a row.</summary>
    /// <param name="kind">Which half.</param>
    /// <param name="values">The row.</param>
    /// <param name="to">Receives it.</param>
    /// <param name="columns">Its numbers with those that it is filled up with.</param>
    public static void Pack(StorageKind kind, ReadOnlySpan<float> values, byte* to, int columns)
    {
        var wide = new float[columns];
        values.CopyTo(wide);
        if (kind == StorageKind.Sparse24) Fours(wide, to);
        else Half(wide, values.Length, to);
    }

    private static void Fours(float[] wide, byte* to)
    {
        for (var run = 0; run < wide.Length; run += Matrix.Run, to += RunBytes)
        {
            var mask = 0u;
            for (var i = 0; i < Matrix.Run; i += 4)
                mask |= Largest(wide.AsSpan(run + i, 4), 2) << i;
            *(uint*)to = mask;
            Write(wide.AsSpan(run, Matrix.Run), mask, (ushort*)(to + sizeof(uint)));
        }
    }

    private static void Half(float[] wide, int length, byte* to)
    {
        var sizes = new float[length];
        for (var i = 0; i < length; i++) sizes[i] = MathF.Abs(wide[i]);
        Array.Sort(sizes);
        var kept = (length + 1) / 2;
        var least = sizes[length - kept];
        // Of those as small as the least that is kept, the first ones are.
        var ties = kept - (length - FirstAbove(sizes, least));
        var at = wide.Length / Matrix.Run * HeadBytes;
        for (var run = 0; run < wide.Length; run += Matrix.Run, to += HeadBytes)
        {
            var mask = 0u;
            for (var i = 0; i < Math.Min(Matrix.Run, length - run); i++)
            {
                var size = MathF.Abs(wide[run + i]);
                if (size > least || (size == least && ties-- > 0)) mask |= 1u << i;
            }
            ((uint*)to)[0] = mask;
            // From the start of the row, which is so many heads back.
            ((uint*)to)[1] = (uint)at;
            Write(
                wide.AsSpan(run, Matrix.Run), mask,
                (ushort*)(to - run / Matrix.Run * HeadBytes + at));
            at += BitOperations.PopCount(mask) * sizeof(ushort);
        }
    }

    private static int FirstAbove(float[] sorted, float value)
    {
        var at = sorted.Length;
        while (at > 0 && sorted[at - 1] > value) at--;
        return at;
    }

    /// <summary>A bit for each of the largest.</summary>
    private static uint Largest(ReadOnlySpan<float> values, int count)
    {
        var mask = 0u;
        for (var kept = 0; kept < count; kept++)
        {
            var best = -1;
            for (var i = 0; i < values.Length; i++)
            {
                if ((mask >> i & 1) != 0) continue;
                if (best < 0 || MathF.Abs(values[i]) > MathF.Abs(values[best])) best = i;
            }
            mask |= 1u << best;
        }
        return mask;
    }

    private static void Write(ReadOnlySpan<float> values, uint mask, ushort* to)
    {
        for (; mask != 0; mask &= mask - 1)
            *to++ = Packer.Bf16(values[BitOperations.TrailingZeroCount(mask)]);
    }
}
