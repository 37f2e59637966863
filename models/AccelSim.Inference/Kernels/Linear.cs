using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>y = x · Wᵀ + b for weights in any format.</summary>
/// <remarks>
/// One row reads the weights once and is bound by memory. A few rows share what was expanded in
/// registers. From <see cref="PanelRows"/> rows, a panel of weights is expanded into the cache of
/// a core and multiplied with all of them.
/// </remarks>
public static unsafe class Linear
{
    /// <summary>Rows of activations from which expanding weights first is worth it.</summary>
    public const int PanelRows = 128;

    private const int PanelOutputs = 64;
    private const int PanelInputs = 1024;

    // Keeps rows of a panel out of each other's cache lines.
    private const int PanelStride = PanelInputs + 16;

    /// <summary>Multiplies.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="weights">One row per output.</param>
    /// <param name="x">Activations, a row of <paramref name="xStride"/> numbers each.</param>
    /// <param name="xStride">At least the weights' columns.</param>
    /// <param name="rows">Rows of activations.</param>
    /// <param name="y">Receives the outputs.</param>
    /// <param name="yStride">At least the weights' rows.</param>
    /// <param name="bias">A number per output; null for none.</param>
    public static void Run(
        CpuPool pool, Matrix weights, float* x, int xStride, int rows, float* y, int yStride,
        float* bias = null)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(xStride, weights.Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(yStride, weights.Rows);
        if (rows == 0) return;
        if (weights.Storage.RoundsInputs)
        {
            IntegerLinear.Run(
                pool, weights, new Rows(x, xStride, rows), new Rows(y, yStride, rows), bias);
            return;
        }
        NativeBuffer? copy = null;
        var view = weights.View;
        if (weights.Columns != view.Columns)
        {
            copy = Widened(x, xStride, rows, weights.Columns, view.Columns);
            x = copy.Floats;
            xStride = view.Columns;
        }
        var input = new Rows(x, xStride, rows);
        var output = new Rows(y, yStride, rows);
        WeightLoads.Choose(weights.Storage, new Product(pool, view, input, output, bias));
        copy?.Dispose();
    }

    /// <summary>Writes one row of weights as fp32: what an embedding looks up.</summary>
    public static void ReadRow(Matrix weights, int row, Span<float> to)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, weights.Columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)weights.Rows);
        using var wide = new NativeBuffer((long)weights.View.Columns * sizeof(float));
        WeightLoads.Choose(weights.Storage, new Row(weights.View, row, wide.Floats));
        new ReadOnlySpan<float>(wide.Floats, to.Length).CopyTo(to);
    }

    private static NativeBuffer Widened(float* x, int stride, int rows, int columns, int padded)
    {
        var copy = new NativeBuffer((long)rows * padded * sizeof(float));
        for (var i = 0; i < rows; i++)
        {
            new ReadOnlySpan<float>(x + (long)i * stride, columns)
                .CopyTo(new Span<float>(copy.Floats + (long)i * padded, columns));
        }
        return copy;
    }

    private static void Start<V, L, W>(
        CpuPool pool, in MatrixView weights, in Rows x, in Rows y, float* bias)
        where V : struct where L : unmanaged, ILanes<V> where W : unmanaged, IWeightLoad
    {
        if (x.Count >= PanelRows)
        {
            var scratch = stackalloc float*[pool.Workers];
            var panels = new Panels<V, L, W>(
                weights, x, y, bias,
                pool.AllScratch((long)PanelOutputs * PanelStride, scratch));
            pool.For((weights.Rows + PanelOutputs - 1) / PanelOutputs, panels);
            return;
        }
        NativeBuffer? arranged = null;
        if (x.Count == 1 && Int4Lines<W>.Takes(weights))
        {
            arranged = new NativeBuffer(
                Int4Lines<W>.ArrangedLength(weights.Columns) * sizeof(float));
            Int4Lines<W>.Arrange(x.Data, weights.Columns, arranged.Floats);
        }
        // Eight chunks a thread even out what cores lose to others.
        var each = (weights.Rows + 8 * pool.Workers - 1) / (8 * pool.Workers);
        each = Math.Max(4, (each + 3) / 4 * 4);
        pool.For(
            (weights.Rows + each - 1) / each,
            new Few<V, L, W>(
                weights, x, arranged is null ? null : arranged.Floats, y, bias, each));
        arranged?.Dispose();
    }

    /// <summary>Adds a number per output to the outputs from one to another.</summary>
    internal static void AddBias(in Rows y, float* bias, int from, int end)
    {
        if (bias is null) return;
        unchecked
        {
            for (var i = 0; i < y.Count; i++)
            {
                var row = y[i];
                for (var n = from; n < end; n++) row[n] += bias[n];
            }
        }
    }

    /// <summary>A product, whatever the format.</summary>
    private readonly struct Product(
        CpuPool pool, MatrixView weights, Rows x, Rows y, float* bias) : IWithLoad
    {
        public void Run<W>() where W : unmanaged, IWeightLoad
        {
            if (Lanes512.IsSupported)
                Start<Vector512<float>, Lanes512, W>(pool, weights, x, y, bias);
            else
                Start<Vector256<float>, Lanes256, W>(pool, weights, x, y, bias);
        }
    }

    /// <summary>A row as fp32, whatever the format.</summary>
    private readonly struct Row(MatrixView weights, int row, float* to) : IWithLoad
    {
        public void Run<W>() where W : unmanaged, IWeightLoad
        {
            if (Lanes512.IsSupported)
            {
                DotTiles<Vector512<float>, Lanes512, W>.Expand(
                    weights, row, 0, weights.Columns, to);
            }
            else
            {
                DotTiles<Vector256<float>, Lanes256, W>.Expand(
                    weights, row, 0, weights.Columns, to);
            }
        }
    }

    /// <summary>Some outputs of up to a few rows.</summary>
    private readonly struct Few<V, L, W>(
        MatrixView weights, Rows x, float* arranged, Rows y, float* bias, int each) : IChunkWork
        where V : struct where L : unmanaged, ILanes<V> where W : unmanaged, IWeightLoad
    {
        public void Run(int chunk, int worker)
        {
            unchecked
            {
                var from = chunk * each;
                var end = Math.Min(from + each, weights.Rows);
                for (var row = from; row < end; row += 4)
                {
                    if (arranged is not null)
                    {
                        Int4Lines<W>.Rows4(weights, row, x.Data, arranged, y.Data);
                        continue;
                    }
                    if (x.Count == 1)
                    {
                        DotTiles<V, L, W>.Rows4(weights, row, x.Data, y.Data);
                        continue;
                    }
                    for (var i = 0; i < x.Count; i += 4)
                        DotTiles<V, L, W>.Rows4x4(weights, row, x, i, y, add: false);
                }
                AddBias(y, bias, from, end);
            }
        }
    }

    /// <summary>A panel of weights with all rows.</summary>
    private readonly struct Panels<V, L, W>(
        MatrixView weights, Rows x, Rows y, float* bias, float** scratch) : IChunkWork
        where V : struct where L : unmanaged, ILanes<V> where W : unmanaged, IWeightLoad
    {
        private readonly nint _scratch = (nint)scratch;

        public void Run(int chunk, int worker)
        {
            unchecked
            {
                var panel = ((float**)_scratch)[worker];
                var first = chunk * PanelOutputs;
                var count = Math.Min(PanelOutputs, weights.Rows - first);
                for (var k = 0; k < weights.Columns; k += PanelInputs)
                {
                    var width = Math.Min(PanelInputs, weights.Columns - k);
                    for (var n = 0; n < count; n++)
                    {
                        DotTiles<V, L, W>.Expand(
                            weights, first + n, k, k + width, panel + n * PanelStride);
                    }
                    Multiply(panel, first, count, k, width);
                }
                AddBias(y, bias, first, first + count);
            }
        }

        private void Multiply(float* panel, int first, int count, int k, int width)
        {
            unchecked
            {
                var view = MatrixView.Of(panel, count, width, PanelStride);
                var input = new Rows(x.Data + k, x.Stride, x.Count);
                var output = new Rows(y.Data + first, y.Stride, y.Count);
                for (var i = 0; i < x.Count; i += 4)
                {
                    for (var n = 0; n < count; n += 4)
                    {
                        DotTiles<V, L, LoadF32>.Rows4x4(view, n, input, i, output, add: k > 0);
                    }
                }
            }
        }
    }
}
