using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Cli.Verbs;

/// <summary>
/// Sets a captured run beside its simulation, operator by operator; or a measured one, request by
/// request.
/// </summary>
internal sealed partial class CompareVerb : Verb
{
    private static readonly string[] Files = ["compare.csv", "overlay.json"];

    private readonly PlanFlags _plan = new("auto; of a trace: its own");
    private readonly TraceFlags _trace;
    private readonly EngineFlags _engine = new();

    private readonly Option<string?> _run = Flag.Text(
        "--run", "FILE", "In place of a trace: what became of requests, as simulate --out writes "
        + "it to requests.csv, as vLLM's benchmark saves it (JSON), or as an engine's log.");

    private readonly Option<int?> _replicas = Flag.Whole(
        "--replicas", "N", "Equal replicas (the run's, else 1).", 100_000);

    private readonly Option<RouterKind?> _router = Flag.Choice<RouterKind>(
        "--router", "Which replica gets a request (the run's, else round-robin).");

    private readonly Option<string?> _repeats = Flag.Text(
        "--repeats", "A,B,…", "Further captures of the same run, two at least: differences under "
        + "their spread are called indistinguishable.");

    private readonly Option<double?> _maxError = Flag.Of<double?>(
        "--max-error", "P%", "Exit code 1 where the median absolute error is larger; with --run, "
        + "that of TTFT, TPOT, latency or throughput.",
        ValidationFlags.ReadPercent);

    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "Write compare.csv and overlay.json, a trace for ui.perfetto.dev with "
        + "captured and predicted operators, or requests, on tracks of their own.");

    /// <summary>The verb.</summary>
    public CompareVerb(Terminal terminal)
        : base(
            terminal, "compare",
            "Sets a captured run beside its simulation: error by operator, shape and phase, steps "
            + "and requests side by side. Or a run that was only timed by request, from any "
            + "engine.",
            "accelsim compare run.jsonl.gz --hardware my-device.json",
            "accelsim compare run.jsonl.gz --hardware my-device.json --max-error 10% \\",
            "    --repeats second.jsonl.gz,third.jsonl.gz --out out/compare",
            "accelsim compare --run result.json --hardware h100-sxm --model llama-3.1-8b \\",
            "    --max-error 10%")
    {
        _trace = new TraceFlags(_plan);
        _trace.File.Arity = ArgumentArity.ZeroOrOne;
        Add(_trace.File);
        AddGroup("With what", [.. _trace.All, _repeats]);
        AddGroup("A run timed by request", [_run, .. OfRuns]);
        AddGroup("Its engine, where the run's files do not say, named as vLLM does", _engine.All);
        AddGroup("Output", _maxError, _out);
    }

    private IEnumerable<Option> OfRuns => [.. _plan.All.Except(_trace.All), _replicas, _router];

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var file = parsed.GetValue(_trace.File);
        if (parsed.GetValue(_run) is { } run) return OfRequests(parsed, run, file);
        if (file is null)
        {
            throw new ConfigException("", 0, _run.Name,
                "is missing, and so is a trace; name what is compared, such as run.jsonl.gz.");
        }
        foreach (var flag in OfRuns.Concat(_engine.All).Where(parsed.Has))
        {
            throw new ConfigException(
                "", 0, flag.Name, $"goes with {_run.Name}; a trace states its own.");
        }
        foreach (var flag in _plan.Formats.Where(parsed.Has))
        {
            throw new ConfigException("", 0, flag.Name,
                "would compare what did not run: formats are the trace's; \"accelsim replay\" "
                + "prices others.");
        }
        using var folder = OutputFolder.Create(parsed.GetValue(_out), Files);
        using var trace = _trace.Open(parsed);
        var target = _trace.Target(parsed, Terminal);
        var replay = target.Replay(trace);
        var compared = new TraceComparison(trace.Header, replay);
        using (var overlay = folder is null
            ? null
            : new TraceOverlay(Path.Combine(folder.Draft, Files[1]), trace.Header))
        {
            foreach (var step in trace.Steps())
            {
                var replayed = compared.Add(step);
                overlay?.Add(replayed);
            }
        }
        var noise = Noise(parsed, target, trace.Header, compared);
        TraceTables.Title(Terminal, trace, replay, compared);
        TraceTables.Whole(Terminal, compared);
        TraceTables.Errors(Terminal, compared, noise);
        if (folder is not null)
        {
            ComparisonCsv.Write(Path.Combine(folder.Draft, Files[0]), compared, noise);
            folder.Keep();
            Terminal.Line($"Wrote {string.Join(", ", Files)} to {folder.Path}");
        }
        return Decide(compared, parsed.GetValue(_maxError));
    }

    /// <summary>The decisive figure is the last line.</summary>
    private int Decide(TraceComparison compared, double? most)
    {
        if (compared.Overall is not { } overall)
        {
            Terminal.Line("Overall: the trace has no whole step with operators.");
            return ExitCode.Failed;
        }
        return ErrorGate.Decide(
            Terminal,
            $"Overall: median absolute error {ValidationTables.Percent(overall.Median)} "
                + $"over {Figures.Plural(overall.Count, "operator")}, "
                + $"{ValidationTables.Percent(compared.OfSteps!.Median)} over "
                + Figures.Plural(compared.Steps, "step"),
            overall.Median, most);
    }

    private TraceNoise? Noise(
        ParseResult parsed, TraceTarget target, TraceHeader header, TraceComparison first)
    {
        if (parsed.GetValue(_repeats) is not { } list) return null;
        var files = list.Split(',');
        if (files.Length + 1 < TraceNoise.LeastCaptures)
        {
            throw new ConfigException("", 0, _repeats.Name,
                $"names {files.Length} further capture; {TraceNoise.LeastCaptures - 1} at least "
                + "tell how much captures differ.");
        }
        List<TraceComparison> captures = [first];
        foreach (var file in files)
        {
            using var trace = new TraceReader(file);
            if (Difference(header, trace.Header) is { } difference)
                throw new ConfigException(file, 1, difference, "differs from the first capture; "
                    + "repeat the same run.");
            var compared = new TraceComparison(trace.Header, target.Replay(trace));
            foreach (var step in trace.Steps()) compared.Add(step);
            captures.Add(compared);
        }
        return new TraceNoise(captures);
    }

    /// <summary>Where two captures are not of the same run; null where they are.</summary>
    private static string? Difference(TraceHeader a, TraceHeader b) =>
        a.Model != b.Model ? "$.model"
        : a.Formats != b.Formats ? "$.formats"
        : (a.Device.Name, a.Device.Backend, a.Device.Threads)
            != (b.Device.Name, b.Device.Backend, b.Device.Threads) ? "$.device"
        : a.Engine != b.Engine ? "$.engine"
        : a.Weights != b.Weights ? "$.weights"
        : null;
}
