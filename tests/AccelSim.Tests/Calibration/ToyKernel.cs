using System.Globalization;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Tests.Validation;

namespace AccelSim.Tests.Calibration;

/// <summary>A linear layer of three figures, and tables made with known ones.</summary>
internal sealed class ToyKernel : KernelModel
{
    /// <summary>The figures that synthetic tables are made with.</summary>
    public static readonly double[] Truth = [3200, 0.72, 0.85];

    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("launch", "cycles", 100, 100_000, 1000, "time that does not depend on size"),
        new("matrixShare", "", 0.1, 1, 0.5, "share of the matrix peak"),
        new("bandwidthShare", "", 0.1, 1, 0.5, "share of the bandwidth"),
    ];

    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        double m = @operator.M, n = @operator.N, k = @operator.K;
        time = new KernelTime
        {
            Fixed = figures[0] / machine.Clock,
            Matrix = 2 * m * n * k
                / (figures[1] * machine.MatrixRate(AccelSim.Units.NumberFormat.Bf16)),
            Memory = 2 * (m * n + m * k + n * k) / (figures[2] * machine.Bandwidth),
        };
        time.Seconds = time.Fixed + Math.Cbrt(
            Math.Pow(time.Matrix, 3) + Math.Pow(time.Memory, 3));
    }

    /// <summary>The toy for bf16 linear layers, nothing for others.</summary>
    public static KernelModel? For(Fabric fabric, KernelFamily family) =>
        family == KernelFamily.LinearBf16 ? new ToyKernel() : null;

    /// <summary>Writes what devices with these figures would have been measured at.</summary>
    /// <param name="tables">Where to.</param>
    /// <param name="noise">Times are off by up to this share, without a pattern.</param>
    /// <param name="devices">The tables' names.</param>
    public static void Write(MeasuredTables tables, double noise, params string[] devices)
    {
        var lines = new List<string> { MeasuredTables.Gemm };
        foreach (var device in devices)
        {
            var machine = new Machine(Device.From(
                Catalog.Open(AccelSim.Validation.TableNames.Devices[device]).Accelerator,
                Catalog.Estimators));
            foreach (var (n, k) in Sites())
            {
                for (var m = 1; m <= 16384; m *= 4)
                {
                    var one = new Operator
                    {
                        Name = "x", Kind = OperatorKind.Linear, Count = 1, M = m, N = n, K = k,
                    };
                    new ToyKernel().Price(one, machine, Truth, out var time);
                    var off = 1 + noise * Math.Sin(lines.Count * 12.9898);
                    lines.Add(string.Create(CultureInfo.InvariantCulture,
                        $"{device},bfloat16,{m},{n},{k},{time.Seconds * 1e6 * off:R},toy,1"));
                }
            }
        }
        tables.Write("gemm", [.. lines]);
    }

    private static IEnumerable<(int N, int K)> Sites() =>
        from n in new[] { 256, 1024, 4096, 14336 }
        from k in new[] { 512, 2048, 8192 }
        select (n, k);
}

/// <summary>The toy with a figure that nothing depends on.</summary>
internal sealed class WithIdleFigure : KernelModel
{
    /// <summary>Where fits of the idle figure begin.</summary>
    public const double Start = 0.3;

    private static readonly ToyKernel Toy = new();

    public override IReadOnlyList<KernelParameter> Parameters { get; } =
        [.. Toy.Parameters, new("idle", "", 0.1, 1, Start, "nothing")];

    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time) => Toy.Price(@operator, machine, figures[..^1], out time);
}
