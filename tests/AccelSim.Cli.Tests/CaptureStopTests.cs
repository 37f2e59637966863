using System.Diagnostics;
using AccelSim.Traces;

namespace AccelSim.Cli.Tests;

/// <summary>A capture that is stopped from outside.</summary>
public sealed class CaptureStopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("INT", 2, 130)]
    [InlineData("TERM", 15, 143)]
    public void Stopped_LeavesATraceOfWholeSteps(string signal, int number, int code)
    {
        // Signals are sent with "kill"; a shell's background jobs are deaf to some.
        if (OperatingSystem.IsWindows() || IsIgnored(number)) return;
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl"];
        using var capture = Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "accelsim.dll"), "capture",
            "--model", CapturedRun.Draft, "--isl", "32", "--osl", "64", "--num-requests", "20000",
            "--threads", "2", "--out", path);
        var waited = Stopwatch.StartNew();
        while (!HasSteps(path) && !capture.HasExited && waited.Elapsed < Patience) Thread.Sleep(20);
        Assert.False(capture.HasExited, capture.HasExited ? capture.StandardError.ReadToEnd() : "");
        using (var kill = Start("kill", "-" + signal, $"{capture.Id}")) kill.WaitForExit();
        Assert.True(capture.WaitForExit(Patience));
        Assert.Equal(code, capture.ExitCode);
        using var trace = new TraceReader(path);
        Assert.NotEmpty(trace.Steps().ToArray());
        Assert.Null(trace.Cut);
    }

    /// <summary>The next request is hours away, and nobody waits for it.</summary>
    [Fact]
    public void StoppedWhileNothingRuns_LeavesATraceAsWell()
    {
        if (OperatingSystem.IsWindows() || IsIgnored(15)) return;
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl"];
        using var capture = Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "accelsim.dll"), "capture",
            "--model", CapturedRun.Draft, "--isl", "4", "--osl", "2", "--num-requests", "2",
            "--request-rate", "0.0001", "--threads", "2", "--out", path);
        var waited = Stopwatch.StartNew();
        while (!HasHeader(path) && !capture.HasExited && waited.Elapsed < Patience)
            Thread.Sleep(20);
        using (var kill = Start("kill", "-TERM", $"{capture.Id}")) kill.WaitForExit();
        Assert.True(capture.WaitForExit(Patience));
        Assert.Equal(143, capture.ExitCode);
        Assert.Equal(
            "stopped; the trace has what ran until then\n",
            capture.StandardError.ReadToEnd());
        using var trace = new TraceReader(path);
        // The first request came at once, and may have been served.
        Assert.InRange(trace.Steps().Count(), 0, 2);
        Assert.Null(trace.Cut);
    }

    /// <summary>Either nothing was written, or the trace has what ran.</summary>
    [Fact]
    public void StoppedMeasure_SaysWhatBecameOfAnEarlierTrace()
    {
        if (OperatingSystem.IsWindows() || IsIgnored(15)) return;
        using var folder = new TemporaryFolder();
        const string old = "an earlier trace";
        var path = folder.Write("measure.jsonl", old);
        using var measure = Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "accelsim.dll"), "measure",
            "--model", CapturedRun.Draft, "--threads", "2", "--out", path);
        var waited = Stopwatch.StartNew();
        while (new FileInfo(path).Length == old.Length && !measure.HasExited
            && waited.Elapsed < Patience)
        {
            Thread.Sleep(1);
        }
        using (var kill = Start("kill", "-TERM", $"{measure.Id}")) kill.WaitForExit();
        Assert.True(measure.WaitForExit(Patience));
        Assert.Equal(
            (143, "stopped; the trace has what ran until then\n"),
            (measure.ExitCode, measure.StandardError.ReadToEnd()));
        using var trace = new TraceReader(path);
        Assert.Null(trace.Cut);
    }

    /// <summary>Stopped before there is anything to write, an earlier trace stays.</summary>
    [Fact]
    public void MeasureStoppedInItsSurvey_LeavesAnEarlierTrace()
    {
        if (OperatingSystem.IsWindows() || IsIgnored(15)) return;
        using var folder = new TemporaryFolder();
        var path = folder.Write("measure.jsonl", "an earlier trace");
        using var measure = Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "accelsim.dll"), "measure",
            "--model", CapturedRun.Draft, "--threads", "2", "--out", path);
        var waited = Stopwatch.StartNew();
        // Cores are busy when it measures: more than starting takes.
        while (!measure.HasExited && measure.TotalProcessorTime < TimeSpan.FromSeconds(1.5)
            && waited.Elapsed < Patience)
        {
            Thread.Sleep(5);
        }
        using (var kill = Start("kill", "-TERM", $"{measure.Id}")) kill.WaitForExit();
        Assert.True(measure.WaitForExit(Patience));
        Assert.Equal(143, measure.ExitCode);
        var isOld = File.ReadAllText(path) == "an earlier trace";
        Assert.Equal(
            isOld
                ? "stopped; nothing was written\n"
                : "stopped; the trace has what ran until then\n",
            measure.StandardError.ReadToEnd());
    }

    /// <summary>A step of many seconds is not waited for, and the file is not called whole.
    /// </summary>
    [Fact]
    public void StoppedWithinALongStep_SaysThatTheTraceIsCutOff()
    {
        if (OperatingSystem.IsWindows() || IsIgnored(15)) return;
        using var folder = new TemporaryFolder();
        var path = folder["run.jsonl"];
        using var capture = Start(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "accelsim.dll"), "capture",
            "--model", "llama-160m", "--weights", "random", "--dtype", "fp32", "--threads", "1",
            "--isl", "2000", "--osl", "4", "--num-requests", "8", "--max-num-batched-tokens",
            "16000", "--out", path);
        var waited = Stopwatch.StartNew();
        while (!HasHeader(path) && !capture.HasExited && waited.Elapsed < Patience)
            Thread.Sleep(20);
        using (var kill = Start("kill", "-TERM", $"{capture.Id}")) kill.WaitForExit();
        Assert.True(capture.WaitForExit(Patience));
        Assert.Equal(
            (143, "stopped; the trace is cut off\n"),
            (capture.ExitCode, capture.StandardError.ReadToEnd()));
        using var trace = new TraceReader(path);
        Assert.Empty(trace.Steps());
    }

    /// <summary>The file is there to stay: whether it can be written was seen before.</summary>
    private static bool HasHeader(string path) =>
        File.Exists(path) && new FileInfo(path).Length > 0;

    /// <summary>What this process ignores, those that it starts ignore as well.</summary>
    private static bool IsIgnored(int signal)
    {
        const string file = "/proc/self/status", name = "SigIgn:";
        if (!File.Exists(file)) return false;
        var mask = File.ReadLines(file)
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return (Convert.ToUInt64(mask[name.Length..].Trim(), 16) >> (signal - 1) & 1) == 1;
    }

    /// <summary>More than the header is there.</summary>
    private static bool HasSteps(string path) =>
        File.Exists(path) && new FileInfo(path).Length > 1 << 15;

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
