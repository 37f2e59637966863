using System.Runtime.Intrinsics.X86;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>Products of int8 with int8: those of whole numbers, whatever instructions there are.
/// </summary>
public sealed unsafe class IntegerLinearTests : IDisposable
{
    private const float Poison = 12345;
    private static readonly Storage W8A8 = new(StorageKind.Int8) { RoundsInputs = true };
    private readonly CpuPool _pool = new(3);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 5, 33)]
    [InlineData(1, 67, 320)]
    [InlineData(2, 7, 129)]
    [InlineData(5, 130, 257)]
    [InlineData(16, 3, 31)]
    [InlineData(33, 70, 2100)]
    [InlineData(300, 9, 2048)]
    public void Product_IsThatOfWholeNumbers(int rows, int n, int k)
    {
        var random = new SimRandom(rows * 7 + n, "integers");
        using var matrix = new Matrix(n, k, W8A8);
        for (var row = 0; row < n; row++) Packer.Pack(matrix, row, Uniform(random, k));
        var (x, bias) = (Uniform(random, rows * k), Uniform(random, n));
        var exact = Exact(matrix, x, bias, rows);
        Check(exact, Run<PlainDot>(matrix, x, bias, rows));
        if (Avx2.IsSupported) Check(exact, Run<Avx2Dot>(matrix, x, bias, rows));
        if (AvxVnni.IsSupported) Check(exact, Run<VnniDot>(matrix, x, bias, rows));
        Check(exact, Run(matrix, x, bias, rows));
    }

    /// <summary>Inputs at both ends of the range: sums are largest, and none may wrap.</summary>
    [Theory]
    [InlineData(-1f)]
    [InlineData(1f)]
    public void LargestSums_DoNotWrap(float sign)
    {
        const int k = 16_384;
        using var matrix = new Matrix(1, k, W8A8);
        Packer.Pack(matrix, 0, [.. Enumerable.Repeat(1f, k)]);
        float[] x = [.. Enumerable.Repeat(sign, k)];
        var y = Run(matrix, x, [0], 1);
        Assert.InRange(y[0] * sign, k * 0.99999, k * 1.00001);
    }

    public void Dispose() => _pool.Dispose();

    private static void Check(double[] exact, float[] found)
    {
        for (var i = 0; i < exact.Length; i++)
        {
            var bound = 4e-7 * (Math.Abs(exact[i]) + 1);
            Assert.InRange(found[i], exact[i] - bound, exact[i] + bound);
        }
        Assert.All(found[exact.Length..], value => Assert.Equal(Poison, value));
    }

    /// <summary>Rounds each row of x, and sums whole numbers.</summary>
    private static double[] Exact(Matrix matrix, float[] x, float[] bias, int rows)
    {
        var (n, k) = (matrix.Rows, matrix.Columns);
        var exact = new double[rows * n];
        var weights = Enumerable.Range(0, n).Select(row =>
        {
            var kept = new float[k];
            Linear.ReadRow(matrix, row, kept);
            var scale = matrix.View.Scales[row];
            return kept.Select(value => (long)Math.Round(value / (double)scale)).ToArray();
        }).ToArray();
        for (var i = 0; i < rows; i++)
        {
            var own = x.AsSpan(i * k, k).ToArray();
            var scale = own.Max(Math.Abs) / 127f;
            var whole = own.Select(value => (long)MathF.Round(value * (1 / scale))).ToArray();
            for (var j = 0; j < n; j++)
            {
                var sum = weights[j].Zip(whole, (a, b) => a * b).Sum();
                exact[i * n + j] = (double)sum * matrix.View.Scales[j] * scale + bias[j];
            }
        }
        return exact;
    }

    private float[] Run<D>(Matrix matrix, float[] x, float[] bias, int rows)
        where D : unmanaged, IIntegerDot =>
        Poisoned(matrix, x, bias, rows, (px, py, pb) => IntegerLinear.Run<D>(
            _pool, matrix, new Rows((float*)px, matrix.Columns, rows),
            new Rows((float*)py, matrix.Rows, rows), (float*)pb));

    private float[] Run(Matrix matrix, float[] x, float[] bias, int rows) =>
        Poisoned(matrix, x, bias, rows, (px, py, pb) => Linear.Run(
            _pool, matrix, (float*)px, matrix.Columns, rows, (float*)py, matrix.Rows,
            (float*)pb));

    private static float[] Poisoned(
        Matrix matrix, float[] x, float[] bias, int rows, Action<nint, nint, nint> run)
    {
        var y = new float[rows * matrix.Rows + 5];
        Array.Fill(y, Poison);
        fixed (float* px = x, py = y, pb = bias) run((nint)px, (nint)py, (nint)pb);
        return y;
    }

    private static float[] Uniform(SimRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
}
