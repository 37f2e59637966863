using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Validation;

namespace AccelSim.Cli.Verbs;

/// <summary>Serves a workload on simulated hardware.</summary>
internal sealed class SimulateVerb : Verb
{
    private readonly Argument<string?> _file = new("scenario")
    {
        HelpName = "SCENARIO.json",
        Description = "A file that says all of it; only output flags and --seed go with it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly PlanFlags _plan = new();
    private readonly LoadFlags _load = new();
    private readonly EngineFlags _engine = new();
    private readonly OutputFlags _output = new();
    private readonly BandFlags _bands = new(0, "the run is simulated");

    private readonly Option<int?> _replicas = Flag.Whole(
        "--replicas", "N", "Equal replicas (1).", 100_000);

    private readonly Option<RouterKind?> _router = Flag.Choice<RouterKind>(
        "--router", "Which replica gets a request (round-robin).");

    private readonly Option<Slo?> _slo = Flag.Of<Slo?>(
        "--slo", "OBJECTIVES", "Objectives for goodput: ttft=1s,tpot=50ms,e2e=5s; or as vLLM, in "
        + "ms: \"ttft:1000 tpot:50\".", SloText.Read, "--goodput");

    private readonly Option<long?> _seed = Flag.Of<long?>(
        "--seed", "N", "Decides every random number (42).",
        text => Flag.ReadWhole(text, 0));

    /// <summary>The verb.</summary>
    public SimulateVerb(Terminal terminal)
        : base(
            terminal, "simulate",
            "Serves a workload on simulated hardware, request by request: latencies, goodput, "
                + "energy, "
            + "cost, and what limits them.",
            "accelsim simulate --hardware h100-sxm --model llama-3.1-8b --requests trace.csv \\",
            "    --slo ttft=1s,tpot=50ms --out out/run",
            "accelsim simulate --hardware dgx-h100 --model llama-3.1-70b --tp 4 --replicas 2 \\",
            "    --isl 1024 --osl 256 --request-rate 4 --num-requests 500",
            "accelsim simulate scenario.json --json")
    {
        Add(_file);
        AddGroup("What serves what", [.. _plan.All, _replicas, _router]);
        AddGroup("Load", [.. _load.All, _slo, _seed]);
        AddGroup("Engine, named as vLLM names them", _engine.All);
        AddGroup("Output", [.. _bands.All, .. _output.All]);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var output = _output.Read(parsed);
        var file = parsed.GetValue(_file);
        if (file is not null)
            parsed.Refuse(
                Options.Where(flag => flag != _seed && !_output.All.Contains(flag)
                    && !_bands.All.Contains(flag)),
                file);
        using var folder = OutputFolder.Create(
            output.Folder, SimulatedRun.Files, _load.File(parsed));
        var run = file is null
            ? FlagPlace.Tell(() => Simulate(parsed, FromFlags(parsed), null, folder))
            : ScenarioPlace.Tell(
                file, () => Simulate(parsed, FromFile(parsed, file), file, folder));
        if (folder is not null)
        {
            run.WriteTo(folder, CommandText(parsed), file);
            folder.Keep();
        }
        if (output.Json) run.WriteSummary(Terminal.Out);
        else RunTables.Write(Terminal, run.Result, run.Cost);
        if (folder is not null && !output.Json)
            Terminal.Line($"Wrote {string.Join(", ", SimulatedRun.Files)} to {folder.Path}");
        return NothingServed(run) ? ExitCode.Failed : ExitCode.Done;
    }

    private SimulatedRun Simulate(
        ParseResult parsed, Scenario scenario, string? file, OutputFolder? folder) =>
        SimulatedRun.Of(
            ScenarioRunner.Load(scenario, FolderOf(file), MeasuredTimes.Read).Checked(Terminal),
            Terminal,
            traced: folder is not null,
            run => _bands.Read(parsed, run.Deployments.All(Bands.AreKnown)));

    private bool NothingServed(SimulatedRun run)
    {
        if (run.Result.Metrics.Completed > 0) return false;
        var reason = run.Result.Requests.First(record => !record.Completed).Rejection;
        Terminal.Error.WriteLine(
            $"no request was served: all {run.Result.Requests.Count} were refused, the first "
            + $"because {reason}");
        return true;
    }

    private Scenario FromFlags(ParseResult parsed) => _plan.Scenario(
        parsed, _engine.Settings(parsed), parsed.GetValue(_replicas) ?? 1, _load.Source(parsed))
        with
    {
        Seed = parsed.GetValue(_seed) ?? 42,
        Router = parsed.GetValue(_router) ?? RouterKind.RoundRobin,
        Slo = parsed.GetValue(_slo) ?? new Slo(),
    };

    private Scenario FromFile(ParseResult parsed, string file)
    {
        var scenario = ScenarioReader.Read(file);
        return parsed.GetValue(_seed) is { } seed ? scenario with { Seed = seed } : scenario;
    }

    private static string? FolderOf(string? file) =>
        file is null ? null : Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : null;

    /// <summary>The command that repeats the run; paths stay as typed.</summary>
    private static string CommandText(ParseResult parsed) =>
        "accelsim " + string.Join(' ', parsed.Tokens.Select(token => Quoted(token.Value)));

    private static string Quoted(string token) =>
        token.Length > 0 && token.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c))
            ? token
            : "'" + token.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
