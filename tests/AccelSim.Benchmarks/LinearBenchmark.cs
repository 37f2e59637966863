using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Benchmarks;

/// <summary>Pricing one linear layer, none seen before.</summary>
public sealed class LinearBenchmark : IBenchmark
{
    private static readonly (KernelFamily Family, NumberFormat Format)[] Formats =
    [
        (KernelFamily.LinearBf16, NumberFormat.Bf16), (KernelFamily.LinearFp8, NumberFormat.Fp8),
    ];

    /// <inheritdoc/>
    public string Name => "linear";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var device = Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators);
        var machine = new Machine(device);
        foreach (var (family, format) in Formats)
        {
            var kernel = BoundKernel.For(device.Spec, family)!;
            foreach (var rows in new[] { 1, 64, 4096 })
            {
                report.Measure(
                    $"{family}, {rows} rows", "operators",
                    () => Many(kernel, machine, format, rows));
            }
        }
    }

    private static long Many(BoundKernel kernel, Machine machine, NumberFormat format, int rows)
    {
        const int count = 50_000;
        var bytes = FormatNames.Bits(format) / 8;
        for (var i = 0; i < count; i++)
        {
            var (n, k) = (1024L + i % 97 * 64, 512L + i % 89 * 128);
            kernel.Model.Price(
                new Operator
                {
                    Name = "",
                    Kind = OperatorKind.Linear,
                    Count = 1,
                    M = rows,
                    N = n,
                    K = k,
                    ComputeFormat = format,
                    WeightBytes = new Bytes(n * k * bytes),
                    InputBytes = new Bytes(rows * k * 2),
                    OutputBytes = new Bytes(rows * n * 2),
                },
                machine, kernel.Figures, out _);
        }
        return count;
    }
}
