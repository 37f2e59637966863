using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Traces;

namespace AccelSim.Cli.Verbs;

/// <summary>Replays a captured run on other hardware.</summary>
internal sealed class ReplayVerb : Verb
{
    private readonly TraceFlags _trace = new(new PlanFlags("the trace's own"));

    private readonly Option<string?> _out = Flag.Text(
        "--out", "FILE", "Write the replayed run as a trace of its own.");

    /// <summary>The verb.</summary>
    public ReplayVerb(Terminal terminal)
        : base(
            terminal, "replay",
            "Replays a captured run on other hardware: the same batches and operators, each priced "
            + "by the cost model; what the engine did between them stays.",
            "accelsim replay run.jsonl.gz --hardware h100-sxm",
            "accelsim replay run.jsonl.gz --hardware my-chip.json --dtype bf16 \\",
            "    --out on-my-chip.jsonl.gz")
    {
        Add(_trace.File);
        AddGroup("On what", _trace.All);
        AddGroup("Output", _out);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_out);
        TextOutput.Prepare(path, _out.Name, _trace.Files(parsed));
        using var trace = _trace.Open(parsed);
        var replay = _trace.Target(parsed, Terminal).Replay(trace);
        var compared = new TraceComparison(trace.Header, replay);
        using (var writer = path is null ? null : ReplayedTrace.Create(path, trace, replay))
        {
            foreach (var step in trace.Steps())
            {
                var replayed = compared.Add(step);
                writer?.Write(ReplayedTrace.Of(replayed));
            }
        }
        TraceTables.Title(Terminal, trace, replay, compared);
        TraceTables.Whole(Terminal, compared);
        TraceTables.Times(Terminal, compared);
        if (path is not null) Terminal.Line($"Wrote {path}");
        return ExitCode.Done;
    }
}
