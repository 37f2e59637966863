using AccelSim.Inference.Kernels;
using AccelSim.Workloads;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>Products in every format against fp64 and the processor, on uneven sizes.</summary>
public sealed unsafe class LinearTests : IDisposable
{
    private static readonly Storage[] Formats =
    [
        new(StorageKind.F32), new(StorageKind.Bf16), new(StorageKind.Fp16), new(StorageKind.Int8),
        new(StorageKind.Int8, 32), new(StorageKind.Int4, 32), new(StorageKind.Int4, 128),
        new(StorageKind.Int4, 32, HasOffset: true), new(StorageKind.Fp8),
    ];

    private static readonly Storage W8A8 = new(StorageKind.Int8) { RoundsInputs = true };

    private static readonly (int Rows, int N, int K)[] Shapes =
    [
        (1, 1, 1), (1, 5, 33), (1, 67, 320), (2, 7, 129), (4, 30, 64), (5, 65, 257), (9, 17, 96),
        (17, 33, 160), (33, 130, 64), (70, 66, 65), (140, 70, 130),
    ];

    private readonly CpuPool _pool = new(2);

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var device in Devices.Names)
            {
                for (var format = 0; format < Formats.Length; format++)
                {
                    for (var shape = 0; shape < Shapes.Length; shape++)
                    {
                        if (IsFor(device, format, shape)) cases.Add(device, format, shape);
                    }
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Product_AgreesWithFp64AndTheProcessor(string name, int format, int shape)
    {
        var (rows, n, k) = Shapes[shape];
        var random = new SimRandom(format * 100 + shape, "product");
        using var matrix = Make(n, k, Formats[format], random);
        var (x, bias) = (Devices.Uniform(random, rows * k), Devices.Uniform(random, n));
        Check(Devices.Named(name), matrix, x, bias, x);
    }

    public static TheoryData<string, int> OfShapes
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var device in Devices.Names)
            {
                for (var shape = 0; shape < Shapes.Length; shape++)
                {
                    if (IsFor(device, 1, shape)) cases.Add(device, shape);
                }
            }
            return cases;
        }
    }

    /// <summary>W8A8: inputs are rounded per row, and sums are those of whole numbers.</summary>
    [Theory]
    [MemberData(nameof(OfShapes))]
    public void WholeNumbers_AgreeWithFp64AndTheProcessor(string name, int shape)
    {
        var (rows, n, k) = Shapes[shape];
        var random = new SimRandom(shape, "whole");
        using var matrix = Make(n, k, W8A8, random);
        var (x, bias) = (Devices.Uniform(random, rows * k), Devices.Uniform(random, n));
        // A row of zeros has no scale.
        if (rows > 2) x.AsSpan(k, k).Clear();
        Check(Devices.Named(name), matrix, x, bias, Rounded(x, k));
    }

    /// <summary>Sums of some 70 million, which fp32 would round at each step on the way.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void WholeNumbers_AreSummedExactly(string name)
    {
        const int k = 16640, rows = 8;
        var device = Devices.Named(name);
        using var matrix = new Matrix(rows, k, W8A8);
        var random = new Random(3);
        float[] input =
            [127, .. Enumerable.Range(1, k - 1).Select(_ => (float)random.Next(1, 128))];
        var expected = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            float[] row =
                [127, .. Enumerable.Range(1, k - 1).Select(_ => (float)random.Next(1, 128))];
            Packer.Pack(matrix, i, row);
            expected[i] = row.Zip(input, (a, b) => (long)a * (long)b).Sum();
        }
        using var weights = new DeviceMatrix(device, [matrix]);
        using var linear = new GpuLinear(device);
        using var inputs = Devices.Slot(device, input, k);
        using var outputs = Devices.Poisoned(device, 1, rows);
        linear.Run(weights, inputs, 1, outputs, null);
        Assert.Equal(expected, Devices.Read(outputs, rows));
    }

    /// <summary>Those without an exponent, and both zeros, included.</summary>
    [Theory]
    [MemberData(nameof(Whole))]
    public void Fp8_IsExpandedNumberByNumber(string name)
    {
        const int count = 256;
        var device = Devices.Named(name);
        using var matrix = new Matrix(1, count, new Storage(StorageKind.Fp8));
        for (var i = 0; i < count; i++)
        {
            // The last of each sign is no number.
            matrix.View.Data[i] = (byte)((i & 0x7F) == 0x7F ? 0 : i);
        }
        matrix.View.Scales[0] = 1;
        var expected = new float[count];
        Linear.ReadRow(matrix, 0, expected);
        using var weights = new DeviceMatrix(device, [matrix]);
        using var linear = new GpuLinear(device);
        var unit = new float[count * count];
        for (var i = 0; i < count; i++) unit[i * count + i] = 1;
        using var inputs = Devices.Slot(device, unit, count);
        using var outputs = Devices.Poisoned(device, count, 1);
        linear.Run(weights, inputs, count, outputs, null);
        Assert.Equal(expected, Devices.Read(outputs, count));
    }

    [Fact]
    public void FormatsThatNoKernelKnows_AreTold()
    {
        var unknown = new Storage((StorageKind)99);
        Action[] choices =
        [
            () => KernelChoice.Look(unknown),
            () => KernelChoice.Vector(unknown, true, MatrixUnits.None),
            () => KernelChoice.Tile(unknown, MatrixUnits.None),
            () => KernelChoice.Narrow(unknown, MatrixUnits.Shuffled),
            () => KernelChoice.Wide(unknown, MatrixUnits.Shuffled),
            () => KernelChoice.Expand(unknown),
            () => KernelChoice.Attend((KvKind)99, true),
            () => KernelChoice.Flash((KvKind)99, MatrixUnits.Shuffled, 64),
        ];
        foreach (var choose in choices)
        {
            Assert.Contains(
                "No kernel knows the format.",
                Assert.Throws<ArgumentOutOfRangeException>(choose).Message,
                StringComparison.Ordinal);
        }
    }

    /// <summary>Rows of experts that some tokens chose and others did not.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Experts_EachMultiplyTheirOwnRows(string name)
    {
        foreach (var (counts, format) in new (int[], Storage)[]
        {
            ([2, 0, 1], new(StorageKind.Bf16)), ([9, 0, 70], new(StorageKind.Bf16)),
            ([2, 0, 1], W8A8), ([9, 0, 70], W8A8),
        })
        {
            var device = Devices.Named(name);
            const int n = 35, k = 64;
            var random = new SimRandom(counts[0], "experts");
            var matrices = counts
                .Select(_ => Make(n, k, format, random)).ToArray();
            var rows = counts.Sum();
            var x = Devices.Uniform(random, rows * k);
            using var weights = new DeviceMatrix(device, matrices);
            using var linear = new GpuLinear(device);
            using var inputs = Devices.Slot(device, x, k);
            using var outputs = Devices.Poisoned(device, rows, n);
            using var owners = new DeviceSlot<int>(device);
            using var starts = new DeviceSlot<int>(device);
            owners.Fill([.. counts.SelectMany((count, i) => Enumerable.Repeat(i, count))]);
            starts.Fill([0, counts[0], counts[0] + counts[1], rows]);
            linear.RunExperts(weights, 3, inputs, rows, outputs, owners.View, starts.View);
            var y = Devices.Read(outputs, rows * n);
            var coarse = linear.RoundsExperts(weights, rows, 3) ? Math.Pow(2, -8) : 0;
            var first = 0;
            for (var e = 0; e < counts.Length; e++)
            {
                var part = x[(first * k)..((first + counts[e]) * k)];
                Compare(
                    matrices[e], format.RoundsInputs ? Rounded(part, k) : part, new float[n],
                    y[(first * n)..((first + counts[e]) * n)], null, coarse);
                first += counts[e];
                matrices[e].Dispose();
            }
        }
    }

    /// <summary>Emulators take seconds for each step of each group.</summary>
    private static bool IsFor(string device, int format, int shape) =>
        Devices.Fast.Contains(device)
        || (Shapes[shape].Rows <= 70 && (device != Devices.Warps || IsForWarps(format, shape)));

    /// <summary>One row, a few, and more than a few, none in whole tiles.</summary>
    private static bool IsForWarps(int format, int shape) => Shapes[shape] is (1, 67, 320)
        || (format > 0 && Shapes[shape] is (2, 7, 129) or (33, 130, 64));

    public static TheoryData<string> Names => [.. Devices.Names];

    public static TheoryData<string> Whole => [.. Devices.Whole];

    public void Dispose() => _pool.Dispose();

    /// <summary>Runs a product there and on the processor.</summary>
    /// <param name="device">There.</param>
    /// <param name="matrix">Weights.</param>
    /// <param name="x">Inputs.</param>
    /// <param name="bias">Is added to each row.</param>
    /// <param name="taken">The inputs as the format takes them.</param>
    private void Check(
        GpuDevice device, Matrix matrix, float[] x, float[] bias, float[] taken)
    {
        var (n, k) = (matrix.Rows, matrix.Columns);
        var rows = x.Length / k;
        using var weights = new DeviceMatrix(device, [matrix]);
        using var linear = new GpuLinear(device);
        using var inputs = Devices.Slot(device, x, k);
        using var terms = Devices.Slot(device, bias, n);
        // What lies behind the inputs is no number, and must not be seen.
        using var outputs = Devices.Poisoned(device, rows + 1, n);
        linear.Run(weights, inputs, rows, outputs, terms.View);
        var y = Devices.Read(outputs, (rows + 1) * n);
        var own = new float[rows * n];
        fixed (float* px = x, py = own, pb = bias)
            Linear.Run(_pool, matrix, px, k, rows, py, n, pb);
        var coarse = linear.RoundsInputs(weights, rows) ? Math.Pow(2, -8) : 0;
        Compare(matrix, taken, bias, y, own, coarse);
        for (var j = rows * n; j < y.Length; j++) Assert.True(float.IsNaN(y[j]));
    }

    /// <summary>Inputs as W8A8 takes them.</summary>
    private static float[] Rounded(float[] x, int width)
    {
        var rounded = new float[x.Length];
        for (var row = 0; row < x.Length; row += width)
        {
            var scale = x.AsSpan(row, width).ToArray().Max(MathF.Abs) / 127;
            if (scale == 0) continue;
            for (var i = row; i < row + width; i++)
                rounded[i] = MathF.Round(x[i] * (1 / scale)) * scale;
        }
        return rounded;
    }

    private static Matrix Make(int n, int k, Storage storage, SimRandom random)
    {
        var matrix = new Matrix(n, k, storage with { HasOffset = false });
        for (var row = 0; row < n; row++)
            Packer.Pack(matrix, row, Devices.Uniform(random, k));
        if (!storage.HasOffset) return matrix;
        // The same numbers with offsets beside them, as only files have them.
        var shifted = new Matrix(n, k, storage);
        var (from, to) = (matrix.View, shifted.View);
        new ReadOnlySpan<byte>(from.Data, (int)(n * from.RowBytes))
            .CopyTo(new Span<byte>(to.Data, (int)(n * to.RowBytes)));
        for (var i = 0; i < n * to.Groups; i++)
        {
            to.Scales[i] = from.Scales[i];
            to.Offsets[i] = (float)(random.NextDouble() - 0.5);
        }
        matrix.Dispose();
        return shifted;
    }

    /// <summary>
    /// Half a unit of fp32 in the last place for each of K terms, of the sum of magnitudes; where
    /// inputs and weights are rounded to 16 bits first, what that may change.
    /// </summary>
    private static void Compare(
        Matrix matrix, float[] x, float[] bias, float[] y, float[]? own, double coarse)
    {
        var (n, k) = (matrix.Rows, matrix.Columns);
        var weights = new float[n][];
        for (var j = 0; j < n; j++) Linear.ReadRow(matrix, j, weights[j] = new float[k]);
        for (var i = 0; i < x.Length / k; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double exact = bias[j], size = Math.Abs(bias[j]);
                for (var c = 0; c < k; c++)
                {
                    exact += (double)x[i * k + c] * weights[j][c];
                    size += Math.Abs((double)x[i * k + c] * weights[j][c]);
                }
                // Offsets are summed apart, with inputs alone.
                if (matrix.Storage.HasOffset) size *= 3;
                var bound = size * (6e-8 * (4 + Math.Sqrt(k)) + coarse);
                Assert.InRange(y[i * n + j], exact - bound, exact + bound);
                if (own is null) continue;
                var processor = own[i * n + j];
                Assert.InRange(y[i * n + j], processor - 2 * bound, processor + 2 * bound);
            }
        }
    }
}
