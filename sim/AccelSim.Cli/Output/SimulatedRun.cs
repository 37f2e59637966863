using System.Diagnostics;
using AccelSim.Configuration;
using AccelSim.Metrics;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>A run with everything that is written about it.</summary>
internal sealed class SimulatedRun
{
    private readonly ScenarioRunner _runner;

    private readonly RunRecorder? _recorder;

    private SimulatedRun(
        ScenarioRunner runner, RunResult result, RunRecorder? recorder, SimulationCost cost)
    {
        _runner = runner;
        _recorder = recorder;
        Result = result;
        Cost = cost;
    }

    /// <summary>The files of an output folder.</summary>
    public static IReadOnlyList<string> Files { get; } =
        ["summary.json", "requests.csv", "trace.json", "report.html", "manifest.json"];

    /// <summary>What came out.</summary>
    public RunResult Result { get; }

    /// <summary>What it took to simulate.</summary>
    public SimulationCost Cost { get; }

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(SimulatedRun).Assembly.GetName().Version!.ToString(3);

    /// <summary>Runs a scenario.</summary>
    /// <param name="runner">The scenario.</param>
    /// <param name="terminal">Shows progress where a person watches.</param>
    /// <param name="traced">Whether to keep what the trace and the report show.</param>
    /// <param name="samples">How often it is run again for the bands; null: never.</param>
    public static SimulatedRun Of(
        ScenarioRunner runner, Terminal terminal, bool traced,
        Func<RunResult, int>? samples = null)
    {
        var watch = Stopwatch.StartNew();
        RunRecorder? recorder = null;
        var result = Progress.While(terminal, runner.Workload.Requests.Count, listener =>
        {
            recorder = traced ? new RunRecorder(listener) : null;
            return runner.Run(recorder ?? listener);
        });
        if (samples?.Invoke(result) is > 0 and var count)
        {
            result = result with
            {
                Bands = Bands.Of(runner, result, count, runner.Scenario.Seed),
            };
        }
        using var process = Process.GetCurrentProcess();
        return new SimulatedRun(
            runner, result, recorder,
            new SimulationCost(watch.Elapsed.TotalSeconds, process.PeakWorkingSet64));
    }

    /// <summary>Writes the summary.</summary>
    public void WriteSummary(TextWriter writer) =>
        writer.Write(SummaryJson.Text(Result, Version, Cost));

    /// <summary>Writes all files.</summary>
    /// <param name="folder">Receives them.</param>
    /// <param name="command">Repeats the run.</param>
    /// <param name="scenarioFile">The scenario's file; null where it came from flags.</param>
    public void WriteTo(OutputFolder folder, string command, string? scenarioFile)
    {
        var context = new RunContext(Version, command, InputFiles.Of(_runner, scenarioFile));
        Save(folder, "summary.json", stream => SummaryJson.Write(stream, Result, Version, Cost));
        Save(folder, "requests.csv", stream => RequestsCsv.Write(stream, Result));
        Save(folder, "trace.json", stream => ChromeTrace.Write(stream, Result, _recorder!));
        Save(folder, "report.html", stream => HtmlReport.Write(stream, Result, _recorder, context));
        Save(folder, "manifest.json", stream => ManifestJson.Write(stream, Result, context));
    }

    /// <summary>Writes a report that compares runs.</summary>
    public static void WriteReport(
        OutputFolder folder, string command, (string Name, SimulatedRun Run)[] runs)
    {
        var inputs = runs.SelectMany(pair => InputFiles.Of(pair.Run._runner)).Distinct();
        Save(folder, "report.html", stream => HtmlReport.Write(
            stream,
            [.. runs.Select(pair => new ReportRun(pair.Name, pair.Run.Result, pair.Run._recorder))],
            new RunContext(Version, command, [.. inputs])));
    }

    private static void Save(OutputFolder folder, string name, Action<Stream> write)
    {
        try
        {
            using var stream = File.Create(Path.Combine(folder.Draft, name));
            write(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(
                "", 0, "--out", $"{name} cannot be written to {folder.Path}: {e.Message}");
        }
    }
}
