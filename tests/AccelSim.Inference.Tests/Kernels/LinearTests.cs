using System.Runtime.Intrinsics;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>Products in every format against fp64, on uneven sizes.</summary>
public sealed unsafe class LinearTests : IDisposable
{
    private static readonly Storage[] Formats =
    [
        new(StorageKind.F32), new(StorageKind.Bf16), new(StorageKind.Fp16), new(StorageKind.Int8),
        new(StorageKind.Int8, 32), new(StorageKind.Int4, 32), new(StorageKind.Int4, 128),
        new(StorageKind.Fp8), new(StorageKind.Nf4, 64), new(StorageKind.Nf4, 32),
        new(StorageKind.Int3, 32, true),
        new(StorageKind.Int3, 128, true), new(StorageKind.Int2, 32, true),
        new(StorageKind.Sparse24), new(StorageKind.SparseHalf),
    ];

    private static readonly (int Rows, int N, int K)[] Shapes =
    [
        (1, 1, 1), (1, 5, 33), (1, 67, 320), (2, 7, 129), (3, 64, 64), (5, 130, 257), (15, 9, 96),
        (16, 3, 31), (17, 65, 1030), (33, 70, 2100),
        (1, 13, 1100), (130, 70, 1100),
    ];

    private readonly CpuPool _pool = new(3);

    public static TheoryData<int> FormatNumbers => [.. Enumerable.Range(0, Formats.Length)];

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            for (var format = 0; format < Formats.Length; format++)
            {
                for (var shape = 0; shape < Shapes.Length; shape++) cases.Add(format, shape);
            }
            return cases;
        }
    }

    /// <summary>
    /// Against the weights as they are kept, so that the bound is that of fp32 sums alone: half a
    /// unit in the last place for each of K terms, of the sum of magnitudes.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Product_AgreesWithFp64(int format, int shape)
    {
        var (rows, n, k) = Shapes[shape];
        var random = new SimRandom(format * 100 + shape, "product");
        using var matrix = new Matrix(n, k, Formats[format]);
        Fill(matrix, random);
        var weights = Kept(matrix);
        var (x, bias) = (Uniform(random, rows * k), Uniform(random, n));
        // Outputs lie in wider rows; what is between them must stay.
        var stride = n + 3;
        var y = new float[rows * stride];
        Array.Fill(y, float.NaN);
        fixed (float* px = x, py = y, pb = bias)
            Linear.Run(_pool, matrix, px, k, rows, py, stride, pb);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double exact = bias[j], size = Math.Abs(bias[j]);
                for (var c = 0; c < k; c++)
                {
                    exact += (double)x[i * k + c] * weights[j][c];
                    size += Math.Abs((double)x[i * k + c] * weights[j][c]);
                }
                var bound = size * 6e-8 * (4 + Math.Sqrt(k));
                Assert.InRange(y[i * stride + j], exact - bound, exact + bound);
            }
            for (var j = n; j < stride; j++) Assert.True(float.IsNaN(y[i * stride + j]));
        }
    }

    /// <summary>Processors with AVX-512 would run the narrow kernels nowhere else.</summary>
    [Theory]
    [MemberData(nameof(FormatNumbers))]
    public void VectorsOf256Bits_ExpandAndMultiplyAsRead(int format)
    {
        const int n = 6, k = 300;
        var random = new SimRandom(format, "narrow");
        using var matrix = new Matrix(n, k, Formats[format]);
        Fill(matrix, random);
        using var x = new NativeBuffer(matrix.View.Columns * sizeof(float));
        for (var i = 0; i < k; i++) x.Floats[i] = (float)random.NextDouble() - 0.5f;
        var narrow = new Narrow(matrix, x, new float[k], new float[n]);
        WeightLoads.Choose(Formats[format], narrow);
        var kept = Kept(matrix);
        Assert.Equal(kept[n - 1], narrow.LastRow);
        for (var row = 0; row < n; row++)
        {
            double exact = 0, size = 0;
            for (var c = 0; c < k; c++)
            {
                exact += (double)kept[row][c] * x.Floats[c];
                size += Math.Abs((double)kept[row][c] * x.Floats[c]);
            }
            Assert.InRange(narrow.Products[row], exact - 1e-5 * size, exact + 1e-5 * size);
        }
    }

    /// <summary>Weights of files that add a number to each group, too.</summary>
    [Theory]
    [InlineData(1, 320)]
    [InlineData(1, 96)]
    [InlineData(3, 320)]
    public void ProductWithOffsets_AgreesWithFp64(int rows, int k)
    {
        const int n = 7;
        var random = new SimRandom(rows + k, "offsets");
        using var matrix = new Matrix(n, k, new Storage(StorageKind.Int4, 32, true));
        for (var row = 0; row < n; row++)
        {
            for (var i = 0; i < k / 2; i++)
                matrix.View.Row(row)[i] = (byte)(256 * random.NextDouble());
            for (var g = 0; g < k / 32; g++)
            {
                matrix.View.ScalesOf(row)[g] = (float)random.NextDouble();
                matrix.View.OffsetsOf(row)[g] = (float)(2 * random.NextDouble() - 1);
            }
        }
        var weights = Kept(matrix);
        var x = Uniform(random, rows * k);
        var y = new float[rows * n];
        fixed (float* px = x, py = y) Linear.Run(_pool, matrix, px, k, rows, py, n);
        for (var at = 0; at < y.Length; at++)
        {
            var terms = weights[at % n]
                .Select((weight, c) => (double)weight * x[at / n * k + c]).ToArray();
            // Numbers and offsets may cancel: the bound is of them, 8 scales and 1 at most.
            var bound = 9.0 * k * 6e-8 * (4 + Math.Sqrt(k));
            Assert.InRange(y[at], terms.Sum() - bound, terms.Sum() + bound);
        }
    }

    /// <summary>A step of each format: what rounding may change.</summary>
    [Theory]
    [InlineData(StorageKind.F32, 0, 0)]
    [InlineData(StorageKind.Bf16, 0, 1.0 / 256)]
    [InlineData(StorageKind.Fp16, 0, 1.0 / 2048)]
    [InlineData(StorageKind.Int8, 0, 0.5 / 127)]
    [InlineData(StorageKind.Int4, 32, 0.5 / 7)]
    public void Packing_RoundsToTheNearest(StorageKind kind, int group, double step)
    {
        using var matrix = new Matrix(4, 100, new Storage(kind, group));
        var values = new float[100];
        var random = new SimRandom(3, "packing");
        for (var i = 0; i < 100; i++) values[i] = (float)(2 * random.NextDouble() - 1);
        Packer.Pack(matrix, 2, values);
        var kept = new float[100];
        Linear.ReadRow(matrix, 2, kept);
        var worst = values.Zip(kept, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.InRange(worst, step / 3, step * 1.01);
    }

    [Fact]
    public void Pool_RunsEveryChunkOnceHoweverOften()
    {
        using var counts = new NativeBuffer(100 * sizeof(int));
        for (var round = 0; round < 2000; round++)
            _pool.For(round % 100, new Count((nint)counts.Data));
        for (var i = 0; i < 100; i++)
            Assert.Equal(20 * (99 - i), ((int*)counts.Data)[i]);
    }

    public void Dispose() => _pool.Dispose();

    private static void Fill(Matrix matrix, SimRandom random)
    {
        for (var row = 0; row < matrix.Rows; row++)
            Packer.Pack(matrix, row, Uniform(random, matrix.Columns));
    }

    private static float[][] Kept(Matrix matrix) =>
    [
        .. Enumerable.Range(0, matrix.Rows).Select(row =>
        {
            var values = new float[matrix.Columns];
            Linear.ReadRow(matrix, row, values);
            return values;
        }),
    ];

    private static float[] Uniform(SimRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];

    private readonly struct Count(nint counts) : IChunkWork
    {
        public void Run(int chunk, int worker) =>
            Interlocked.Increment(ref ((int*)counts)[chunk]);
    }

    /// <summary>A row, and the products of all, in vectors of 256 bits.</summary>
    private readonly record struct Narrow(
        Matrix Matrix, NativeBuffer X, float[] LastRow, float[] Products) : IWithLoad
    {
        public void Run<W>() where W : unmanaged, IWeightLoad
        {
            var view = Matrix.View;
            using var wide = new NativeBuffer(view.Columns * sizeof(float));
            DotTiles<Vector256<float>, Lanes256, W>.Expand(
                view, view.Rows - 1, 0, view.Columns, wide.Floats);
            new ReadOnlySpan<float>(wide.Floats, LastRow.Length).CopyTo(LastRow);
            fixed (float* y = Products)
            {
                for (var row = 0; row < view.Rows; row += 4)
                    DotTiles<Vector256<float>, Lanes256, W>.Rows4(view, row, X.Floats, y);
            }
        }
    }
}
