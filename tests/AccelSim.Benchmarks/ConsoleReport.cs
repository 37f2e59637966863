using System.Diagnostics;
using System.Globalization;

namespace AccelSim.Benchmarks;

/// <summary>Prints a line per measurement.</summary>
public sealed class ConsoleReport : IReport
{
    /// <inheritdoc/>
    public void Measure(string label, string unit, Func<long> action, int runs = 5)
    {
        ArgumentNullException.ThrowIfNull(action);
        action();
        var seconds = new double[runs];
        long units = 0;
        long allocated = 0;
        for (var i = 0; i < runs; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            units = action();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        Array.Sort(seconds);
        var median = seconds[runs / 2];
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{label,-34} {units / median / 1e6,10:0.000} M {unit}/s {median * 1e3,10:0.0} ms "
            + $"(best {seconds[0] * 1e3:0.0}) {allocated / 1e6,9:0.00} MB allocated, "
            + $"peak {PeakMegabytes():0} MB"));
    }

    /// <inheritdoc/>
    public void Note(string text) => Console.WriteLine("  " + text);

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
