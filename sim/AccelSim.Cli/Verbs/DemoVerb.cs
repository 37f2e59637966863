using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Units;

namespace AccelSim.Cli.Verbs;

/// <summary>The main job on what ships inside: one field of a hardware file is changed.</summary>
internal sealed class DemoVerb : Verb
{
    private const string Hardware = "h100-sxm";
    private const string Field = "memory.hbm.bandwidth";
    private const string WhatIf = "6.7 TB/s";

    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "Where report.html goes (out/demo).");

    /// <summary>The verb.</summary>
    public DemoVerb(Terminal terminal)
        : base(
            terminal, "demo",
            "Serves Llama-3.1-8B to a conversation workload on an H100 and on a what-if H100 "
                + "with one "
            + "field changed, side by side, and writes a report that opens offline. Nothing is "
            + "downloaded.",
            "accelsim demo") =>
        AddGroup("Flags", _out);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) ?? Path.Combine("out", "demo");
        using var folder = OutputFolder.Create(path)!;
        var asShipped = ScenarioRunner.Load(Scenario());
        var changed = asShipped.With(0, asShipped.Hardware[0].WithText(Field, WhatIf));
        var runs = new[] { (Hardware, asShipped), ("what-if", changed) }
            .Select(pair => (pair.Item1, SimulatedRun.Of(pair.Item2, Terminal, traced: true)))
            .ToArray();
        var stated = asShipped.Hardware[0].Leaves.Single(leaf => leaf.Path == "$." + Field).Text;
        Terminal.Paragraph(RunTables.Title(runs[0].Item2.Result), 4);
        Terminal.Paragraph(
            $"what-if: the same H100, but {Field} is {WhatIf} instead of {stated}", 4);
        Terminal.Line();
        Comparison.Write(Terminal, runs);
        WhyEnergyRises(runs[0].Item2.Result, runs[1].Item2.Result);
        SimulatedRun.WriteReport(folder, "accelsim demo", runs);
        folder.Keep();
        Terminal.Line($"Report: {Path.Combine(path, "report.html")}");
        Terminal.Line("Next: write your own chip, in one file, and name it with --hardware:");
        Terminal.Line("  my-chip.json:  { \"extends\": \"h100-sxm\", \"name\": \"My chip\",");
        Terminal.Line(
            "                   \"sources\": { \"idea\": \"assumed: what if\" },");
        Terminal.Line(
            "                   \"memory\": { \"hbm\": { \"bandwidth\": \"6.7 TB/s @idea\" } } }");
        Terminal.Line("  accelsim lint my-chip.json");
        Terminal.Line("  accelsim diff h100-sxm my-chip.json");
        Terminal.Line("  accelsim simulate --hardware my-chip.json --model llama-3.1-8b \\");
        Terminal.Line("      --workload azure-conv-2023-fit --slo ttft=200ms,tpot=10ms");
        return ExitCode.Done;
    }

    /// <summary>Faster memory at a fixed load: what surprises most who see it.</summary>
    private void WhyEnergyRises(RunResult before, RunResult after)
    {
        var (few, many) = (DecodeSteps(before), DecodeSteps(after));
        if (after.JoulesPerOutputToken <= before.JoulesPerOutputToken || many <= few) return;
        Terminal.Paragraph(
            "Why J/output token rises: the load stays the same, so faster steps find smaller "
            + "batches and read the weights more often for the same tokens: "
            + $"{Figures.Whole(few)} → {Figures.Whole(many)} decode steps.", 4);
        Terminal.Line();
    }

    private static long DecodeSteps(RunResult result) => result.Limits
        .Where(phase => phase.Kind == StepKind.Decode).Sum(phase => phase.Steps);

    /// <summary>The demo as a scenario.</summary>
    internal static Scenario Scenario() => new()
    {
        Name = "demo",
        Model = "llama-3.1-8b",
        Replicas = [new ReplicaSpec { Hardware = Hardware }],
        Workload = new WorkloadSource { Shipped = "azure-conv-2023-fit" },
        Slo = new Slo { Ttft = new Seconds(0.2), Tpot = new Seconds(0.01) },
    };
}
