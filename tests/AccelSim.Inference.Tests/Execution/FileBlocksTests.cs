using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Weights;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>Blocks of a file that become rows of a matrix say what they said.</summary>
public sealed unsafe class FileBlocksTests
{
    private const int Columns = 512;
    private const int Rows = 3;

    [Theory]
    [InlineData(WeightType.Q8_0)]
    [InlineData(WeightType.Q4_0)]
    [InlineData(WeightType.Q4_K)]
    public void Rows_AreWhatTheBlocksHold(WeightType type)
    {
        var bytes = new byte[Rows * WeightLayout.RowBytes(type, Columns)];
        var random = new SimRandom(11, "blocks");
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.NextInt(0, 255);
        // Scales are halves at the start of each block; random ones may be infinite.
        for (var at = 0; at < bytes.Length; at += WeightLayout.BlockBytes(type))
        {
            bytes[at + 1] = 0x2C;
            if (type == WeightType.Q4_K) bytes[at + 3] = 0x2A;
        }
        using var matrix = new Matrix(Rows + 1, Columns, FileBlocks.StorageOf(type)!.Value);
        fixed (byte* data = bytes)
        {
            var tensor = new WeightTensor("t", type, [Rows, Columns], (nint)data, bytes.Length);
            var (kept, exact) = (new float[Columns], new float[Columns]);
            for (var row = 0; row < Rows; row++)
            {
                FileBlocks.Copy(tensor, row, matrix, row + 1);
                Linear.ReadRow(matrix, row + 1, kept);
                Dequantiser.Read(tensor, row * Columns, exact);
                // An offset folds 8 scales and the minimum: two roundings of the larger.
                var bound = type == WeightType.Q4_K ? 4e-7 * exact.Max(Math.Abs) : 0;
                for (var i = 0; i < Columns; i++)
                    Assert.InRange(kept[i], exact[i] - bound, exact[i] + bound);
            }
        }
    }

    [Fact]
    public void OffsetsAreInProductsOfAnyNumberOfRows()
    {
        var bytes = new byte[9 * WeightLayout.RowBytes(WeightType.Q4_K, Columns)];
        var random = new SimRandom(12, "blocks");
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.NextInt(0, 255);
        for (var at = 0; at < bytes.Length; at += WeightLayout.BlockBytes(WeightType.Q4_K))
            bytes[at + 1] = bytes[at + 3] = 0x20;
        using var matrix = new Matrix(
            9, Columns, FileBlocks.StorageOf(WeightType.Q4_K)!.Value);
        using var pool = new CpuPool(2);
        fixed (byte* data = bytes)
        {
            var tensor = new WeightTensor("t", WeightType.Q4_K, [9, Columns], (nint)data, 0);
            for (var row = 0; row < 9; row++) FileBlocks.Copy(tensor, row, matrix, row);
        }
        var x = Enumerable.Range(0, 20 * Columns).Select(_ => (float)random.NextDouble()).ToArray();
        var all = Product(pool, matrix, x, 20);
        var few = Product(pool, matrix, x[..(5 * Columns)], 5);
        var one = Product(pool, matrix, x[..Columns], 1);
        var weights = new float[Columns];
        for (var n = 0; n < 9; n++)
        {
            Linear.ReadRow(matrix, n, weights);
            var exact = weights.Select((w, k) => (double)w * x[k]).Sum();
            foreach (var y in new[] { all, few, one })
                Assert.Equal(exact, y[n], Math.Abs(exact) * 1e-4 + 1e-3);
        }
    }

    private static float[] Product(CpuPool pool, Matrix matrix, float[] x, int rows)
    {
        var y = new float[rows * matrix.Rows];
        fixed (float* px = x, py = y)
            Linear.Run(pool, matrix, px, Columns, rows, py, matrix.Rows);
        return y;
    }
}
