using System.Diagnostics;
using AccelSim.Inference.Measuring;

namespace AccelSim.Inference.Tests;

/// <summary>What is said of a machine that others use, too.</summary>
public sealed class CoreWaitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("core-wait");

    /// <summary>Half a second and a quarter of two threads' two seconds.</summary>
    [Fact]
    public void Share_IsWhatThreadsWaitedOfTheirTime()
    {
        Counted("1", "10 1000000000 5");
        Counted("2", "10 3000000000 5");
        var wait = new CoreWait(2, _folder.FullName);
        Counted("1", "99 1500000000 7");
        Counted("2", "99 3250000000 7");
        Assert.Equal(0.75 / 4, wait.Of(2)!.Value, 12);
    }

    [Fact]
    public void Share_IsUnknownWhereNobodyCounts() =>
        Assert.Null(new CoreWait(2, Path.Combine(_folder.FullName, "none")).Share());

    /// <summary>Many more threads than cores that all want one have to wait for it.</summary>
    [Fact]
    public void Share_IsLargeWhereThreadsOutnumberCores()
    {
        if (!File.Exists("/proc/self/schedstat")) return;
        var count = 8 * Environment.ProcessorCount;
        using var ready = new Barrier(count + 1);
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() =>
        {
            ready.SignalAndWait();
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5)
            {
                // Wants a core.
            }
            ready.SignalAndWait();
            ready.SignalAndWait();
        })).ToList();
        foreach (var thread in threads) thread.Start();
        var wait = new CoreWait(count);
        ready.SignalAndWait();
        ready.SignalAndWait();
        var share = wait.Share();
        ready.SignalAndWait();
        // An eighth of them can run at a time, perhaps with others beside them.
        Assert.InRange(share!.Value, 0.4, 1);
    }

    public void Dispose() => _folder.Delete(true);

    private void Counted(string number, string text)
    {
        var own = Directory.CreateDirectory(Path.Combine(_folder.FullName, number));
        File.WriteAllText(Path.Combine(own.FullName, "schedstat"), text);
    }
}
