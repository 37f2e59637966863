using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AccelSim.Inference.Kernels;

/// <summary>Products of a few rows of weights with a few rows of activations.</summary>
/// <remarks>
/// Vectors run along the rows, so that no format needs to be transposed; sums over a vector's
/// lanes come at the end. A row beyond the last stands for the last: it is computed again and
/// written to the same place, and there is no code for remainders.
/// </remarks>
internal static unsafe class DotTiles<V, L, W>
    where V : struct where L : struct, ILanes<V> where W : struct, IWeightLoad
{
    private const int CacheLine = 64;

    /// <summary>Four outputs of one row of activations: what decoding does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4(in MatrixView m, int row, float* x, float* y)
    {
        unchecked
        {
            int r1 = Math.Min(row + 1, m.Rows - 1), r2 = Math.Min(row + 2, m.Rows - 1);
            var r3 = Math.Min(row + 3, m.Rows - 1);
            byte* w0 = m.Row(row), w1 = m.Row(r1), w2 = m.Row(r2), w3 = m.Row(r3);
            float* s0 = m.ScalesOf(row), s1 = m.ScalesOf(r1), s2 = m.ScalesOf(r2);
            float* s3 = m.ScalesOf(r3), o0 = m.OffsetsOf(row), o1 = m.OffsetsOf(r1);
            float* o2 = m.OffsetsOf(r2), o3 = m.OffsetsOf(r3);
            V zero = L.Set(0), t0 = zero, t1 = zero, t2 = zero, t3 = zero;
            int groups = m.Groups, group = m.Group, columns = m.Columns;
            var next = m.IsWalked ? w0 + 4 * m.RowBytes : null;
            for (int g = 0, k = 0; g < groups; g++)
            {
                V a0 = zero, a1 = zero, a2 = zero, a3 = zero;
                V b0 = zero, b1 = zero, b2 = zero, b3 = zero;
                var sum = zero;
                for (var end = Math.Min(k + group, columns); k < end; k += Matrix.Run)
                {
                    if (next is not null) Ahead(next, k);
                    for (var part = 0; part < 16; part += L.Count)
                    {
                        V x0 = L.Load(x + k + part), x1 = L.Load(x + k + part + 16);
                        W.Load<V, L>(w0, k, part, out var p, out var q);
                        a0 = L.Fma(p, x0, a0);
                        Second(q, x1, ref a0, ref b0);
                        W.Load<V, L>(w1, k, part, out p, out q);
                        a1 = L.Fma(p, x0, a1);
                        Second(q, x1, ref a1, ref b1);
                        W.Load<V, L>(w2, k, part, out p, out q);
                        a2 = L.Fma(p, x0, a2);
                        Second(q, x1, ref a2, ref b2);
                        W.Load<V, L>(w3, k, part, out p, out q);
                        a3 = L.Fma(p, x0, a3);
                        Second(q, x1, ref a3, ref b3);
                        if (W.HasOffset) sum = L.Add(sum, L.Add(x0, x1));
                    }
                }
                t0 = Scaled(s0, o0, g, Both(a0, b0), sum, t0);
                t1 = Scaled(s1, o1, g, Both(a1, b1), sum, t1);
                t2 = Scaled(s2, o2, g, Both(a2, b2), sum, t2);
                t3 = Scaled(s3, o3, g, Both(a3, b3), sum, t3);
            }
            new Four(row, r1, r2, r3).Store(y, t0, t1, t2, t3, add: false);
        }
    }

    /// <summary>
    /// Asks for what the next four rows need, in the order in which it lies in memory: a row is too
    /// short for the hardware to guess the next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ahead(byte* next, int k)
    {
        unchecked
        {
            if (W.Bits is not (4 or 8 or 16 or 32))
            {
                AheadOdd(next, k);
                return;
            }
            var at = (long)k * W.Bits / 8;
            if (!Sse.IsSupported || at % CacheLine != 0) return;
            var lines = next + 4 * at;
            for (var i = 0; i < Math.Max(1, W.Bits / 16); i++, lines += 4 * CacheLine)
            {
                Sse.Prefetch0(lines);
                Sse.Prefetch0(lines + CacheLine);
                Sse.Prefetch0(lines + 2 * CacheLine);
                Sse.Prefetch0(lines + 3 * CacheLine);
            }
        }
    }

    /// <summary>The same where runs of 32 numbers are no share of a line, nor a line of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AheadOdd(byte* next, int k)
    {
        unchecked
        {
            if (!Sse.IsSupported) return;
            var from = (4L * k * W.Bits / 8 + CacheLine - 1) / CacheLine;
            var end = (4L * (k + Matrix.Run) * W.Bits / 8 + CacheLine - 1) / CacheLine;
            for (; from < end; from++) Sse.Prefetch0(next + from * CacheLine);
        }
    }

    /// <summary>A group's sum with its scale and offset, added to what was before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scaled(
        float* scales, float* offsets, int group, V value, V sum, V before)
    {
        if (!W.IsScaled) return value;
        var scaled = L.Fma(L.Set(unchecked(scales[group])), value, before);
        return W.HasOffset ? L.Fma(L.Set(unchecked(offsets[group])), sum, scaled) : scaled;
    }

    /// <summary>
    /// Wide groups have a second chain of sums, so that none waits for the last; groups of four
    /// bits are short, and a sum less at the end of each counts more.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Second(V weight, V x, ref V a, ref V b)
    {
        if (W.Bits == 4) a = L.Fma(weight, x, a);
        else b = L.Fma(weight, x, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Both(V a, V b) => W.Bits == 4 ? a : L.Add(a, b);

    /// <summary>Four outputs of four rows of activations.</summary>
    /// <param name="m">The weights.</param>
    /// <param name="row">The first output.</param>
    /// <param name="x">The activations.</param>
    /// <param name="first">The first row of activations.</param>
    /// <param name="y">The outputs, at the matrix' own row numbers.</param>
    /// <param name="add">Whether to add to what stands there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows4x4(
        in MatrixView m, int row, in Rows x, int first, in Rows y, bool add)
    {
        if (unchecked(x.Count - first) > 2) Tile<FourRows>(m, row, x, first, y, add);
        else Tile<TwoRows>(m, row, x, first, y, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<R>(
        in MatrixView m, int row, in Rows x, int first, in Rows y, bool add)
        where R : struct, IRowCount
    {
        unchecked
        {
            int r1 = Math.Min(row + 1, m.Rows - 1), r2 = Math.Min(row + 2, m.Rows - 1);
            var r3 = Math.Min(row + 3, m.Rows - 1);
            byte* w0 = m.Row(row), w1 = m.Row(r1), w2 = m.Row(r2), w3 = m.Row(r3);
            int i1 = Math.Min(first + 1, x.Count - 1), i2 = Math.Min(first + 2, x.Count - 1);
            var i3 = Math.Min(first + 3, x.Count - 1);
            Debug.Assert(R.IsFour || i3 == i1);
            float* x0 = x[first], x1 = x[i1], x2 = x[i2], x3 = x[i3];
            var zero = L.Set(0);
            V a00 = zero, a01 = zero, a02 = zero, a03 = zero;
            V a10 = zero, a11 = zero, a12 = zero, a13 = zero;
            V a20 = zero, a21 = zero, a22 = zero, a23 = zero;
            V a30 = zero, a31 = zero, a32 = zero, a33 = zero;
            int groups = m.Groups, group = m.Group, columns = m.Columns;
            var next = m.IsWalked ? w0 + 4 * m.RowBytes : null;
            for (int g = 0, k = 0; g < groups; g++)
            {
                V s0 = Scale(m, row, g), s1 = Scale(m, r1, g);
                V s2 = Scale(m, r2, g), s3 = Scale(m, r3, g);
                for (var end = Math.Min(k + group, columns); k < end; k += Matrix.Run)
                {
                    if (first == 0 && next is not null) Ahead(next, k);
                    for (var part = 0; part < 16; part += L.Count)
                    {
                        Load(w0, m, row, g, k, part, s0, out var p0, out var q0);
                        Load(w1, m, r1, g, k, part, s1, out var p1, out var q1);
                        Load(w2, m, r2, g, k, part, s2, out var p2, out var q2);
                        Load(w3, m, r3, g, k, part, s3, out var p3, out var q3);
                        var at = k + part;
                        Fma4(L.Load(x0 + at), p0, p1, p2, p3, ref a00, ref a10, ref a20, ref a30);
                        Fma4(L.Load(x1 + at), p0, p1, p2, p3, ref a01, ref a11, ref a21, ref a31);
                        at += 16;
                        Fma4(L.Load(x0 + at), q0, q1, q2, q3, ref a00, ref a10, ref a20, ref a30);
                        Fma4(L.Load(x1 + at), q0, q1, q2, q3, ref a01, ref a11, ref a21, ref a31);
                        if (!R.IsFour) continue;
                        Fma4(L.Load(x2 + at), q0, q1, q2, q3, ref a02, ref a12, ref a22, ref a32);
                        Fma4(L.Load(x3 + at), q0, q1, q2, q3, ref a03, ref a13, ref a23, ref a33);
                        at -= 16;
                        Fma4(L.Load(x2 + at), p0, p1, p2, p3, ref a02, ref a12, ref a22, ref a32);
                        Fma4(L.Load(x3 + at), p0, p1, p2, p3, ref a03, ref a13, ref a23, ref a33);
                    }
                }
            }
            // From the last to the first: a row that stands for another adds once.
            var one = new Four(row, r1, r2, r3);
            if (i3 > i2) one.Store(y[i3], a03, a13, a23, a33, add);
            if (i2 > i1) one.Store(y[i2], a02, a12, a22, a32, add);
            if (i1 > first) one.Store(y[i1], a01, a11, a21, a31, add);
            one.Store(y[first], a00, a10, a20, a30, add);
        }
    }

    /// <summary>Writes the weights of a row, columns from to end, as fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand(in MatrixView m, int row, int from, int end, float* to)
    {
        unchecked
        {
            var w = m.Row(row);
            for (var k = from; k < end; k += Matrix.Run)
            {
                var g = k / m.Group;
                var scale = Scale(m, row, g);
                for (var part = 0; part < 16; part += L.Count)
                {
                    Load(w, m, row, g, k, part, scale, out var p, out var q);
                    L.Store(p, to + k - from + part);
                    L.Store(q, to + k - from + part + 16);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale(in MatrixView m, int row, int group) =>
        W.IsScaled ? L.Set(m.ScalesOf(row)[group]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        byte* w, in MatrixView m, int row, int group, int run, int part, V scale,
        out V first, out V second)
    {
        W.Load<V, L>(w, run, part, out first, out second);
        if (!W.IsScaled) return;
        if (W.HasOffset)
        {
            var offset = L.Set(m.OffsetsOf(row)[group]);
            first = L.Fma(first, scale, offset);
            second = L.Fma(second, scale, offset);
            return;
        }
        first = L.Multiply(first, scale);
        second = L.Multiply(second, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fma4(
        V x, V p0, V p1, V p2, V p3, ref V a0, ref V a1, ref V a2, ref V a3)
    {
        a0 = L.Fma(p0, x, a0);
        a1 = L.Fma(p1, x, a1);
        a2 = L.Fma(p2, x, a2);
        a3 = L.Fma(p3, x, a3);
    }

    /// <summary>The numbers of four outputs, the last of them perhaps alike.</summary>
    private readonly record struct Four(int R0, int R1, int R2, int R3)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* y, V a0, V a1, V a2, V a3, bool add)
        {
            unchecked
            {
                var sums = L.Sums(a0, a1, a2, a3);
                if (R3 == R0 + 3)
                {
                    if (add) sums += Vector128.Load(y + R0);
                    sums.Store(y + R0);
                    return;
                }
                if (add) sums += Vector128.Create(y[R0], y[R1], y[R2], y[R3]);
                y[R0] = sums[0];
                y[R1] = sums[1];
                y[R2] = sums[2];
                y[R3] = sums[3];
            }
        }
    }
}

/// <summary>Rows of fp32 numbers in memory.</summary>
/// <param name="data">The first.</param>
/// <param name="stride">Numbers from one row to the next.</param>
/// <param name="count">Rows.</param>
internal readonly unsafe struct Rows(float* data, int stride, int count)
{
    public readonly float* Data = data;
    public readonly int Stride = stride;
    public readonly int Count = count;

    /// <summary>The start of a row.</summary>
    public float* this[int row] => unchecked(Data + (long)row * Stride);
}

/// <summary>How many rows of activations a tile has.</summary>
internal interface IRowCount
{
    static abstract bool IsFour { get; }
}

/// <summary>Three or four.</summary>
internal struct FourRows : IRowCount
{
    public static bool IsFour => true;
}

/// <summary>One or two: half the work.</summary>
internal struct TwoRows : IRowCount
{
    public static bool IsFour => false;
}
