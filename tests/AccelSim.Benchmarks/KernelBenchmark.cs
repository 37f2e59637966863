using System.Diagnostics;
using AccelSim.Inference.Kernels;

namespace AccelSim.Benchmarks;

/// <summary>
/// The engine's products on the shapes of a model of a billion parameters, against what the
/// machine does at best in the same process.
/// </summary>
public sealed class KernelBenchmark : IBenchmark
{
    /// <summary>Outputs and inputs: fused query/key/value, gate and up, down.</summary>
    private static readonly (int N, int K)[] Shapes = [(3072, 2048), (16384, 2048), (2048, 8192)];

    private static readonly Storage[] Formats =
    [
        new(StorageKind.F32), new(StorageKind.Bf16), new(StorageKind.Fp16), new(StorageKind.Int8),
        new(StorageKind.Int4, 32), new(StorageKind.Int4, 128),
    ];

    /// <inheritdoc/>
    public string Name => "kernels";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var pool = new CpuPool();
        var limits = MachineLimits.Measure(pool);
        report.Note($"{pool.Workers} threads; reads {limits.ReadBytesPerSecond / 1e9:0.0} "
            + $"GB/s; multiply-adds {limits.FlopsPerSecond / 1e9:0} GFLOP/s");
        foreach (var format in Formats)
        {
            var name = $"{format.Kind}{(format.Group > 0 ? $" g{format.Group}" : "")}";
            var (bytes, seconds) = (0.0, 0.0);
            foreach (var (n, k) in Shapes)
            {
                var (read, time) = Products(pool, n, k, format, 1);
                bytes += read;
                seconds += time;
            }
            var rate = bytes / seconds;
            report.Note($"1 row    {name,-10} {rate / 1e9,7:0.0} GB/s "
                + $"{rate / limits.ReadBytesPerSecond,6:0%} of reads");
            foreach (var rows in new[] { 8, 512 })
            {
                var (n, k) = Shapes[1];
                var (_, time) = Products(pool, n, k, format, rows);
                var flops = 2.0 * rows * n * k / time;
                report.Note($"{rows,-3} rows {name,-10} {flops / 1e9,7:0} GFLOP/s "
                    + $"{flops / limits.FlopsPerSecond,6:0%} of multiply-adds");
            }
        }
    }

    /// <summary>Best time of a product; matrices change, as they do in a model.</summary>
    private static unsafe (double Bytes, double Seconds) Products(
        CpuPool pool, int n, int k, Storage format, int rows)
    {
        var count = rows > 1 ? 1 : Math.Max(1, (int)(100e6 / ((double)n * k * format.Bits / 8)));
        var matrices = Enumerable.Range(0, count)
            .Select(i => new Matrix(n, k, format))
            .ToArray();
        var values = new float[k];
        for (var i = 0; i < k; i++) values[i] = i % 13 - 6;
        foreach (var matrix in matrices)
        {
            for (var row = 0; row < n; row++) Packer.Pack(matrix, row, values);
        }
        using var x = new NativeBuffer((long)rows * k * 4);
        using var y = new NativeBuffer((long)rows * n * 4);
        new Span<float>(x.Floats, rows * k).Fill(1);
        var best = double.MaxValue;
        for (var round = 0; round < (rows > 100 ? 8 : 60); round++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var matrix in matrices)
                Linear.Run(pool, matrix, x.Floats, k, rows, y.Floats, n);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        var bytes = (double)matrices.Sum(matrix => matrix.Bytes);
        foreach (var matrix in matrices) matrix.Dispose();
        return (bytes, best);
    }
}
