using System.Diagnostics;
using AccelSim.Inference.Kernels;

namespace AccelSim.Benchmarks;

/// <summary>
/// Sets a kernel beside what the machine can do: limit, kernel, limit, kernel, and the median of
/// the shares, so that who else uses the machine matters little.
/// </summary>
internal sealed class AgainstLimits(IReport report, CpuPool pool) : IDisposable
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1.5);
    private const int MostRounds = 40;
    private const int FewestRounds = 7;

    private readonly LimitProbe _limits = new(pool);

    /// <summary>Measures and prints a line.</summary>
    /// <param name="label">What is measured.</param>
    /// <param name="bytes">What an action reads from memory.</param>
    /// <param name="flops">The work of an action.</param>
    /// <param name="action">What is measured, some milliseconds long.</param>
    public void Measure(string label, double bytes, double flops, Action action)
    {
        var warm = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2 || Stopwatch.GetElapsedTime(warm) < Enough / 2; i++) action();
        List<double> shares = [], seconds = [], reads = [], computes = [];
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < MostRounds; i++)
        {
            if (i >= FewestRounds && Stopwatch.GetElapsedTime(begin) > Enough) break;
            var (read, compute) = (_limits.Read(), _limits.Compute());
            var start = Stopwatch.GetTimestamp();
            action();
            var taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
            seconds.Add(taken);
            reads.Add(read);
            computes.Add(compute);
            shares.Add(Math.Max(bytes / read, flops / compute) / taken);
        }
        var (time, most) = (Median(seconds), bytes / Median(reads) > flops / Median(computes));
        report.Note($"{label,-34} {time * 1e3,8:0.00} ms {bytes / time / 1e9,7:0.0} GB/s "
            + $"{flops / time / 1e9,7:0} GFLOP/s {Median(shares),6:0%} of "
            + (most
                ? $"reads ({Median(reads) / 1e9:0.0} GB/s)"
                : $"multiply-adds ({Median(computes) / 1e9:0} GFLOP/s)"));
    }

    public void Dispose() => _limits.Dispose();

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
