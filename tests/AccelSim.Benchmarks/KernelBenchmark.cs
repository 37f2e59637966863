using AccelSim.Inference.Kernels;

namespace AccelSim.Benchmarks;

/// <summary>
/// The engine's products on the shapes of a model of a billion parameters, against what the
/// machine does at best in the same process: whichever of memory and arithmetic limits them.
/// </summary>
public sealed class KernelBenchmark : IBenchmark
{
    /// <summary>Outputs and inputs: fused query/key/value, gate and up, down.</summary>
    private static readonly (int N, int K)[] Shapes = [(3072, 2048), (16384, 2048), (2048, 8192)];

    private static readonly (string Name, Storage Storage)[] Formats =
    [
        ("fp32", new(StorageKind.F32)), ("bf16", new(StorageKind.Bf16)),
        ("fp16", new(StorageKind.Fp16)), ("fp8", new(StorageKind.Fp8)),
        ("int8", new(StorageKind.Int8)), ("w8a8", new(StorageKind.Int8) { RoundsInputs = true }),
        ("int4 g32", new(StorageKind.Int4, 32)), ("int4 g128", new(StorageKind.Int4, 128)),
    ];

    /// <inheritdoc/>
    public string Name => "kernels";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var pool = new CpuPool();
        using var against = new AgainstLimits(report, pool);
        report.Note($"{pool.Workers} threads");
        foreach (var (name, storage) in Formats)
        {
            foreach (var rows in new[] { 1, 2, 4, 8, 16, 32, 64, 512 })
                Products(against, pool, name, storage, rows);
        }
    }

    /// <summary>All shapes in a row; matrices change, as they do in a model.</summary>
    private static unsafe void Products(
        AgainstLimits against, CpuPool pool, string name, Storage format, int rows)
    {
        var copies = rows > 16 ? 1 : 2;
        var matrices = Enumerable.Range(0, copies)
            .SelectMany(_ => Shapes.Select(shape => new Matrix(shape.N, shape.K, format)))
            .ToArray();
        foreach (var matrix in matrices)
        {
            var values = new float[matrix.Columns];
            for (var i = 0; i < values.Length; i++) values[i] = i % 13 - 6;
            for (var row = 0; row < matrix.Rows; row++) Packer.Pack(matrix, row, values);
        }
        var (inputs, outputs) = (Shapes.Max(shape => shape.K), Shapes.Max(shape => shape.N));
        using var x = new NativeBuffer((long)rows * inputs * 4);
        using var y = new NativeBuffer((long)rows * outputs * 4);
        new Span<float>(x.Floats, rows * inputs).Fill(1);
        against.Measure(
            $"{name}, {rows} rows", matrices.Sum(matrix => (double)matrix.Bytes),
            matrices.Sum(matrix => 2.0 * rows * matrix.Rows * matrix.Columns),
            () =>
            {
                foreach (var matrix in matrices)
                {
                    Linear.Run(
                        pool, matrix, x.Floats, matrix.Columns, rows, y.Floats, matrix.Rows);
                }
            });
        foreach (var matrix in matrices) matrix.Dispose();
    }
}
