using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// y = x · Wᵀ + b where both are int8 (W8A8): rows of x get a scale each, products and sums are
/// those of whole numbers, and scales come at the end.
/// </summary>
internal static unsafe class IntegerLinear
{
    /// <summary>Rows of x that stay in a core's cache while weights go by.</summary>
    private const int KeptBytes = 256 << 10;

    /// <summary>Multiplies in the way that this processor knows best.</summary>
    public static void Run(
        CpuPool pool, Matrix weights, in Rows x, in Rows y, float* bias)
    {
        if (AvxVnni.IsSupported) Run<VnniDot>(pool, weights, x, y, bias);
        else if (Avx2.IsSupported) Run<Avx2Dot>(pool, weights, x, y, bias);
        else Run<PlainDot>(pool, weights, x, y, bias);
    }

    /// <summary>Multiplies.</summary>
    public static void Run<D>(CpuPool pool, Matrix weights, in Rows x, in Rows y, float* bias)
        where D : unmanaged, IIntegerDot
    {
        var input = Rounded(pool, x, weights.Columns, weights.View.Columns);
        // Eight chunks a thread even out what cores lose to others.
        var each = (weights.Rows + 8 * pool.Workers - 1) / (8 * pool.Workers);
        each = Math.Max(4, (each + 3) / 4 * 4);
        pool.For(
            (weights.Rows + each - 1) / each,
            new Products<D>(weights.View, input, y, bias, each));
    }

    private static IntegerRows Rounded(CpuPool pool, in Rows x, int columns, int padded)
    {
        var data = pool.Shared((long)x.Count * (padded + sizeof(float) + sizeof(int)));
        var rows = new IntegerRows(data, x.Count, padded);
        var chunks = x.Count > 1 && (long)x.Count * columns > 65_536
            ? Math.Min(x.Count, 4 * pool.Workers)
            : 1;
        pool.For(chunks, new Rounding(x, rows, columns, chunks));
        return rows;
    }

    private readonly struct Rounding(Rows x, IntegerRows to, int columns, int chunks)
        : IChunkWork
    {
        public void Run(int chunk, int worker)
        {
            unchecked
            {
                var end = (int)((long)x.Count * (chunk + 1) / chunks);
                for (var i = (int)((long)x.Count * chunk / chunks); i < end; i++)
                {
                    to.Scales[i] = Packer.Int8(
                        new ReadOnlySpan<float>(x[i], columns), to[i]);
                    new Span<sbyte>(to[i] + columns, to.Width - columns).Clear();
                    to.Sums[i] = Sum(to[i], to.Width);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Sum(sbyte* from, int count)
        {
            unchecked
            {
                var sum = Vector256<int>.Zero;
                for (var i = 0; i < count; i += 32)
                {
                    var (low, high) = Vector256.Widen(Vector256.Load(from + i));
                    var (a, b) = Vector256.Widen(low + high);
                    sum += a + b;
                }
                return Vector256.Sum(sum);
            }
        }
    }

    /// <summary>Some outputs of all rows.</summary>
    private readonly struct Products<D>(
        MatrixView weights, IntegerRows x, Rows y, float* bias, int each) : IChunkWork
        where D : unmanaged, IIntegerDot
    {
        public void Run(int chunk, int worker)
        {
            unchecked
            {
                var from = chunk * each;
                var end = Math.Min(from + each, weights.Rows);
                var kept = Math.Max(2, KeptBytes / x.Width / 2 * 2);
                for (var first = 0; first < x.Count; first += kept)
                {
                    var last = Math.Min(first + kept, x.Count);
                    for (var row = from; row < end; row += 4)
                    {
                        for (var i = first; i < last; i += 2)
                            IntegerTiles<D>.Rows4x2(weights, row, x, i, y);
                    }
                }
                Linear.AddBias(y, bias, from, end);
            }
        }
    }
}

/// <summary>Rows of whole numbers with their scales and sums.</summary>
internal readonly unsafe struct IntegerRows(byte* memory, int count, int width)
{
    /// <summary>Numbers of a row, filled up with zeros to whole runs.</summary>
    public readonly int Width = width;
    public readonly int Count = count;
    private readonly sbyte* _data = (sbyte*)memory;

    /// <summary>What a row's numbers are multiplied with.</summary>
    public float* Scales => (float*)unchecked(_data + (long)Count * Width);

    /// <summary>The sum of a row's numbers.</summary>
    public int* Sums => unchecked((int*)(Scales + Count));

    /// <summary>The start of a row.</summary>
    public sbyte* this[int row] => unchecked(_data + (long)row * Width);
}

/// <summary>Products of four rows of weights with two of activations.</summary>
/// <remarks>A row beyond the last stands for the last, as in <c>DotTiles</c>.</remarks>
internal static unsafe class IntegerTiles<D> where D : unmanaged, IIntegerDot
{
    private const int CacheLine = 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x2(
        in MatrixView m, int row, in IntegerRows x, int first, in Rows y)
    {
        unchecked
        {
            int r1 = Math.Min(row + 1, m.Rows - 1), r2 = Math.Min(row + 2, m.Rows - 1);
            var r3 = Math.Min(row + 3, m.Rows - 1);
            sbyte* w0 = (sbyte*)m.Row(row), w1 = (sbyte*)m.Row(r1);
            sbyte* w2 = (sbyte*)m.Row(r2), w3 = (sbyte*)m.Row(r3);
            var other = Math.Min(first + 1, x.Count - 1);
            sbyte* x0 = x[first], x1 = x[other];
            Vector256<int> a00 = default, a10 = default, a20 = default, a30 = default;
            Vector256<int> a01 = default, a11 = default, a21 = default, a31 = default;
            var next = w0 + 4 * m.RowBytes;
            var columns = m.Columns;
            for (var k = 0; k < columns; k += 32)
            {
                if (first == 0 && k % CacheLine == 0) Ahead(next + 4 * k);
                Vector256<sbyte> b0 = Vector256.Load(x0 + k), b1 = Vector256.Load(x1 + k);
                var w = D.Prepare(Vector256.Load(w0 + k));
                a00 = D.Add(a00, w, b0);
                a01 = D.Add(a01, w, b1);
                w = D.Prepare(Vector256.Load(w1 + k));
                a10 = D.Add(a10, w, b0);
                a11 = D.Add(a11, w, b1);
                w = D.Prepare(Vector256.Load(w2 + k));
                a20 = D.Add(a20, w, b0);
                a21 = D.Add(a21, w, b1);
                w = D.Prepare(Vector256.Load(w3 + k));
                a30 = D.Add(a30, w, b0);
                a31 = D.Add(a31, w, b1);
            }
            Store(m, row, a00, x, first, y);
            Store(m, r1, a10, x, first, y);
            Store(m, r2, a20, x, first, y);
            Store(m, r3, a30, x, first, y);
            if (other == first) return;
            Store(m, row, a01, x, other, y);
            Store(m, r1, a11, x, other, y);
            Store(m, r2, a21, x, other, y);
            Store(m, r3, a31, x, other, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        in MatrixView m, int row, Vector256<int> sums, in IntegerRows x, int i, in Rows y)
    {
        unchecked
        {
            var sum = Vector256.Sum(sums) - D.Added * x.Sums[i];
            y[i][row] = sum * m.Scales[row] * x.Scales[i];
        }
    }

    /// <summary>Asks for the next four rows in the order in which they lie.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ahead(sbyte* lines)
    {
        if (!Sse.IsSupported) return;
        unchecked
        {
            Sse.Prefetch0(lines);
            Sse.Prefetch0(lines + CacheLine);
            Sse.Prefetch0(lines + 2 * CacheLine);
            Sse.Prefetch0(lines + 3 * CacheLine);
        }
    }
}

/// <summary>Adds products of 8-bit whole numbers in pairs or fours.</summary>
internal interface IIntegerDot
{
    /// <summary>
    /// What <see cref="Prepare"/> adds to each weight: sums are too large by that times the sum of
    /// the other numbers.
    /// </summary>
    static abstract int Added { get; }

    /// <summary>Weights as <see cref="Add"/> takes them.</summary>
    static abstract Vector256<sbyte> Prepare(Vector256<sbyte> weights);

    /// <summary>Adds 32 products to eight sums.</summary>
    static abstract Vector256<int> Add(
        Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x);
}

/// <summary>One instruction, whose first factor has no sign (AVX-VNNI).</summary>
internal struct VnniDot : IIntegerDot
{
    public static int Added => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Prepare(Vector256<sbyte> weights) =>
        weights ^ Vector256.Create((sbyte)-128);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(
        Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(sum, weights.AsByte(), x);
}

/// <summary>Numbers of sixteen bits, multiplied and added in pairs.</summary>
internal struct Avx2Dot : IIntegerDot
{
    public static int Added => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Prepare(Vector256<sbyte> weights) => weights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(
        Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x)
    {
        var low = Avx2.MultiplyAddAdjacent(
            Avx2.ConvertToVector256Int16(weights.GetLower()),
            Avx2.ConvertToVector256Int16(x.GetLower()));
        var high = Avx2.MultiplyAddAdjacent(
            Avx2.ConvertToVector256Int16(weights.GetUpper()),
            Avx2.ConvertToVector256Int16(x.GetUpper()));
        return sum + low + high;
    }
}

/// <summary>What .NET makes of it anywhere.</summary>
internal struct PlainDot : IIntegerDot
{
    public static int Added => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Prepare(Vector256<sbyte> weights) => weights;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(
        Vector256<int> sum, Vector256<sbyte> weights, Vector256<sbyte> x)
    {
        // Products of numbers from −128 to 127 fit sixteen bits, sums of two need not.
        var low = Vector256.WidenLower(weights) * Vector256.WidenLower(x);
        var high = Vector256.WidenUpper(weights) * Vector256.WidenUpper(x);
        var (a, b) = Vector256.Widen(low);
        var (c, d) = Vector256.Widen(high);
        return sum + a + b + (c + d);
    }
}
