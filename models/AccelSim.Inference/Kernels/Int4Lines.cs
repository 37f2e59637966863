using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.Runtime.Intrinsics.X86.Avx512F;
using V = System.Runtime.Intrinsics.Vector512<float>;
using Words = System.Runtime.Intrinsics.Vector512<int>;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// One row of activations by int4 weights with AVX-512, a cache line of a row at a time.
/// </summary>
/// <remarks>
/// Expanding four bits costs more than multiplying them. A line is sixteen words of eight numbers;
/// six of the eight stay where they lie in their word: masked, they become fp32 with the power of
/// 16 of their place, and the activations were divided by that power before, all of it exactly.
/// A core masks in any of its units, but shifts and shuffles in two. Numbers are kept with 8
/// added: sums begin with what takes that off. A vector holds the scales of a line's four groups.
/// Vectors are called by their own names here: .NET stops expanding calls in place after so many.
/// </remarks>
internal static unsafe class Int4Lines<W> where W : struct, IWeightLoad
{
    /// <summary>Numbers of a line.</summary>
    private const int Line = 128;
    private const int LineBytes = 64;
    private const int Lanes = 16;
    private const int Bias = 8;

    /// <summary>Floats of a line's activations: eight vectors, and what sums begin with.</summary>
    private const int Arranged = 9 * Lanes;

    /// <summary>Whether a line has four groups, or is one or a part of one.</summary>
    public static bool Takes(in MatrixView m) =>
        (typeof(W) == typeof(LoadInt4) || typeof(W) == typeof(LoadInt4Offset))
        && Lanes512.IsSupported
        && (m.Group == Matrix.Run || m.Group % Line == 0);

    /// <summary>Floats that arranged activations take.</summary>
    public static long ArrangedLength(int columns) => columns / Line * (long)Arranged;

    /// <summary>Brings the activations of whole lines into the order of numbers in words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Arrange(float* x, int columns, float* to)
    {
        unchecked
        {
            var across = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            for (var k = 0; k + Line <= columns; k += Line, to += Arranged)
            {
                for (var part = 0; part < Line / Lanes; part++)
                {
                    // Half a run: of four words, the numbers in their even or odd places.
                    var half = PermuteVar16x32(
                        Vector512.Load(x + k + part * Lanes), across);
                    var at = to + part % 2 * Lanes + part / 2 * 4;
                    half.GetLower().GetLower().Store(at);
                    half.GetLower().GetUpper().Store(at + 2 * Lanes);
                    half.GetUpper().GetLower().Store(at + 4 * Lanes);
                    half.GetUpper().GetUpper().Store(at + 6 * Lanes);
                }
                var sum = Vector512.Load(to) + Vector512.Load(to + 7 * Lanes);
                var power = 1f;
                for (var place = 1; place < 7; place++)
                {
                    var value = Vector512.Load(to + place * Lanes);
                    sum += value;
                    (value * (power /= 16)).Store(to + place * Lanes);
                }
                (sum * -Bias).Store(to + 8 * Lanes);
            }
        }
    }

    /// <summary>Four outputs.</summary>
    /// <param name="m">The weights.</param>
    /// <param name="row">The first output; those beyond the last stand for the last.</param>
    /// <param name="x">The activations.</param>
    /// <param name="arranged">The same, arranged.</param>
    /// <param name="y">The outputs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows4(in MatrixView m, int row, float* x, float* arranged, float* y)
    {
        if (m.Group == Matrix.Run) Rows4<FourGroups>(m, row, x, arranged, y);
        else Rows4<OneGroup>(m, row, x, arranged, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4<G>(in MatrixView m, int row, float* x, float* arranged, float* y)
        where G : struct, IGroups
    {
        unchecked
        {
            int r1 = Math.Min(row + 1, m.Rows - 1), r2 = Math.Min(row + 2, m.Rows - 1);
            var r3 = Math.Min(row + 3, m.Rows - 1);
            byte* w0 = m.Row(row), w1 = m.Row(r1), w2 = m.Row(r2), w3 = m.Row(r3);
            float* s0 = m.ScalesOf(row), s1 = m.ScalesOf(r1), s2 = m.ScalesOf(r2);
            float* s3 = m.ScalesOf(r3), nextScales = s0 + 4 * m.Groups;
            var next = w0 + 4 * m.RowBytes;
            int lines = m.Columns / Line, perGroup = Math.Max(1, m.Group / Line);
            V t0 = default, t1 = default, t2 = default, t3 = default;
            for (var line = 0; line < lines; line++, arranged += Arranged)
            {
                int at = line * LineBytes, g = G.AreFour ? 4 * line : line / perGroup;
                Ahead(next + 4 * at, nextScales + 4 * g, g);
                Words v0 = Vector512.Load((int*)(w0 + at)), v1 = Vector512.Load((int*)(w1 + at));
                Words v2 = Vector512.Load((int*)(w2 + at)), v3 = Vector512.Load((int*)(w3 + at));
                V begin = Vector512.Load(arranged + 8 * Lanes), here = Vector512.Load(arranged);
                // Rows take turns, so that no sum waits for itself.
                var a0 = FusedMultiplyAdd(Lowest(v0), here, begin);
                var a1 = FusedMultiplyAdd(Lowest(v1), here, begin);
                var a2 = FusedMultiplyAdd(Lowest(v2), here, begin);
                var a3 = FusedMultiplyAdd(Lowest(v3), here, begin);
                var mask = Vector512.Create(0xF0);
                for (var place = 1; place < 7; place += 3)
                {
                    here = Vector512.Load(arranged + place * Lanes);
                    a0 = FusedMultiplyAdd(ConvertToVector512Single(v0 & mask), here, a0);
                    a1 = FusedMultiplyAdd(ConvertToVector512Single(v1 & mask), here, a1);
                    a2 = FusedMultiplyAdd(ConvertToVector512Single(v2 & mask), here, a2);
                    a3 = FusedMultiplyAdd(ConvertToVector512Single(v3 & mask), here, a3);
                    (here, mask) = (Vector512.Load(arranged + (place + 1) * Lanes), mask << 4);
                    a0 = FusedMultiplyAdd(ConvertToVector512Single(v0 & mask), here, a0);
                    a1 = FusedMultiplyAdd(ConvertToVector512Single(v1 & mask), here, a1);
                    a2 = FusedMultiplyAdd(ConvertToVector512Single(v2 & mask), here, a2);
                    a3 = FusedMultiplyAdd(ConvertToVector512Single(v3 & mask), here, a3);
                    (here, mask) = (Vector512.Load(arranged + (place + 2) * Lanes), mask << 4);
                    a0 = FusedMultiplyAdd(ConvertToVector512Single(v0 & mask), here, a0);
                    a1 = FusedMultiplyAdd(ConvertToVector512Single(v1 & mask), here, a1);
                    a2 = FusedMultiplyAdd(ConvertToVector512Single(v2 & mask), here, a2);
                    a3 = FusedMultiplyAdd(ConvertToVector512Single(v3 & mask), here, a3);
                    mask <<= 4;
                }
                here = Vector512.Load(arranged + 7 * Lanes);
                a0 = FusedMultiplyAdd(Lowest(v0 >>> 28), here, a0);
                a1 = FusedMultiplyAdd(Lowest(v1 >>> 28), here, a1);
                a2 = FusedMultiplyAdd(Lowest(v2 >>> 28), here, a2);
                a3 = FusedMultiplyAdd(Lowest(v3 >>> 28), here, a3);
                t0 = Scaled<G>(m, s0 + g, a0, begin, t0);
                t1 = Scaled<G>(m, s1 + g, a1, begin, t1);
                t2 = Scaled<G>(m, s2 + g, a2, begin, t2);
                t3 = Scaled<G>(m, s3 + g, a3, begin, t3);
            }
            var sums = Lanes512.Sums(t0, t1, t2, t3);
            (y[row], y[r1], y[r2], y[r3]) = (sums[0], sums[1], sums[2], sums[3]);
            for (var r = row; lines * Line < m.Columns && r <= r3; r++) y[r] += Rest(m, r, x);
        }
    }

    /// <summary>The numbers in the lowest places of words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Lowest(Words words)
    {
        // The permutation looks at the lowest four bits alone.
        var numbers = Vector512.Create(
            0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f, 13f, 14f, 15f);
        return PermuteVar16x32(numbers, words);
    }

    /// <summary>A line's sum with its scales and offsets, added to what was before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scaled<G>(
        in MatrixView m, float* scales, V value, V begin,
        V before)
        where G : struct, IGroups
    {
        var scaled = FusedMultiplyAdd(value, G.Spread(scales), before);
        return W.HasOffset
            ? FusedMultiplyAdd(
                begin * (-1f / Bias), G.Spread(unchecked(scales + (m.Offsets - m.Scales))), scaled)
            : scaled;
    }

    /// <summary>The sum of a row's columns that make no whole line.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Rest(in MatrixView m, int row, float* x)
    {
        unchecked
        {
            var sum = V.Zero;
            for (var k = m.Columns / Line * Line; k < m.Columns; k += Matrix.Run)
            {
                var g = k / m.Group;
                W.Load<V, Lanes512>(m.Row(row), k, 0, out var low, out var high);
                V x0 = Vector512.Load(x + k), x1 = Vector512.Load(x + k + Lanes);
                sum += (low * x0 + high * x1) * m.ScalesOf(row)[g];
                if (W.HasOffset) sum += (x0 + x1) * m.OffsetsOf(row)[g];
            }
            return Lanes512.Sum(sum);
        }
    }

    /// <summary>
    /// Asks for what the next four rows need, in the order in which it lies in memory: a row is too
    /// short for the hardware to guess the next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ahead(byte* lines, float* scales, int group)
    {
        unchecked
        {
            Sse.Prefetch0(lines);
            Sse.Prefetch0(lines + LineBytes);
            Sse.Prefetch0(lines + 2 * LineBytes);
            Sse.Prefetch0(lines + 3 * LineBytes);
            if (group % 4 == 0) Sse.Prefetch0(scales);
        }
    }

    /// <summary>How many groups a line has.</summary>
    private interface IGroups
    {
        static abstract bool AreFour { get; }

        /// <summary>The scale of each word.</summary>
        static abstract V Spread(float* scales);
    }

    private struct FourGroups : IGroups
    {
        public static bool AreFour => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Spread(float* scales) =>
            PermuteVar16x32(
                Vector128.Load(scales).ToVector256Unsafe().ToVector512Unsafe(),
                Vector512.Create(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3));
    }

    private struct OneGroup : IGroups
    {
        public static bool AreFour => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Spread(float* scales) => Vector512.Create(*scales);
    }
}
