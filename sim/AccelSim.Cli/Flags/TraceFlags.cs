using System.CommandLine;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Cli.Flags;

/// <summary>A trace of operators, and the hardware that it is replayed on.</summary>
/// <param name="plan">The flags that it shares with simulations.</param>
internal sealed class TraceFlags(PlanFlags plan)
{
    /// <summary>The file, as the first word after the verb.</summary>
    public Argument<string> File { get; } = new("trace")
    {
        HelpName = "TRACE",
        Description = "A trace of operators, such as run.jsonl.gz.",
    };

    /// <summary>All flags.</summary>
    public IReadOnlyList<Option> All => plan.OfTraces;

    /// <summary>The files that it reads.</summary>
    public IEnumerable<string?> Files(ParseResult parsed) =>
        [parsed.GetValue(File), .. plan.Files(parsed)];

    /// <summary>Opens a trace; who asks closes it.</summary>
    public TraceReader Open(ParseResult parsed) => new(parsed.GetValue(File)!);

    /// <summary>Where traces are replayed; read once, however many they are.</summary>
    /// <exception cref="ConfigException">There is no such hardware or rung, or it is wrong.
    /// </exception>
    public TraceTarget Target(ParseResult parsed, Terminal terminal)
    {
        var (hardware, formats, rung) = plan.ForTrace(parsed);
        if (hardware is null)
        {
            throw new ConfigException("", 0, "--hardware",
                "is missing; name what the trace is replayed on, such as --hardware h100-sxm.");
        }
        return new TraceTarget(
            parsed.GetValue(File)!, hardware, HardwareCheck.Open(terminal, hardware), formats,
            rung);
    }
}

/// <summary>On what a trace is replayed, in which formats, at which prices.</summary>
/// <param name="file">The first trace, as the user named it.</param>
/// <param name="hardware">The hardware, as the user named it.</param>
/// <param name="document">The hardware.</param>
/// <param name="formats">What flags state; null where the trace's own count.</param>
/// <param name="rung">What prices operators.</param>
internal sealed class TraceTarget(
    string file, string hardware, HardwareDocument document, StatedFormats? formats, CostRung rung)
{
    /// <summary>What replays a trace there.</summary>
    /// <exception cref="ConfigException">Formats differ.</exception>
    public TraceReplay Replay(TraceReader trace)
    {
        var header = trace.Header;
        return new TraceReplay(
            header, file, Build(trace.Model(), header.Formats, header.Engine),
            trace.Draft() is { } draft
                ? Build(draft, header.Draft!.Formats, header.Engine)
                : null);
    }

    private Deployment Build(ModelConfig model, TraceFormats own, TraceEngine engine)
    {
        var plan = formats is null ? own.Plan(file) : null;
        if (plan is not null) RefuseFormats(plan);
        var builder = new DeploymentBuilder(
            model, formats?.Dtype ?? "auto", formats?.KvCache ?? "auto",
            formats?.Quantization ?? "auto", engine.BlockSize)
        {
            Formats = plan,
            Rung = rung,
        };
        return builder.Build(document, new ReplicaSpec
        {
            Hardware = hardware,
            Engine = new EngineSettings
            {
                MaxNumSeqs = engine.MaxNumSeqs,
                MaxNumBatchedTokens = engine.MaxNumBatchedTokens,
                BlockSize = engine.BlockSize,
            },
        });
    }

    /// <summary>Formats of the trace that the hardware has no arithmetic for.</summary>
    private void RefuseFormats(FormatPlan plan)
    {
        var spec = document.IsCluster
            ? document.Cluster.Pools.First().Value.Accelerator
            : document.Accelerator;
        foreach (var format in new[] { plan.LinearCompute, plan.AttentionCompute })
        {
            if (spec.Fabric.MatrixRate(format) is not null) continue;
            throw new ConfigException("", 0, "--dtype",
                $"{hardware} does not compute in {FormatNames.Of(format)}, as the trace does; "
                + "\"accelsim replay\" prices it in a format that it would run there, such as "
                + "--dtype bf16.");
        }
    }
}
