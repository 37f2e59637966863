using System.CommandLine;
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

    /// <summary>Opens a trace; who asks closes it.</summary>
    public TraceReader Open(ParseResult parsed) => new(parsed.GetValue(File)!);

    /// <summary>What replays a trace on the hardware that the command names.</summary>
    /// <exception cref="ConfigException">There is no such hardware, or formats differ.</exception>
    public TraceReplay Replay(ParseResult parsed, TraceReader trace)
    {
        var (named, dtype, kv, weights, rung) = plan.ForTrace(parsed);
        if (named is not { } hardware)
        {
            throw new ConfigException("", 0, "--hardware",
                "is missing; name what the trace is replayed on, such as --hardware h100-sxm.");
        }
        var (header, file) = (trace.Header, parsed.GetValue(File)!);
        var document = Catalog.Open(hardware);
        var isOwn = (dtype ?? kv ?? weights) is null;
        var deployment = Build(trace.Model(), header.Formats);
        return new TraceReplay(
            header, file, deployment,
            trace.Draft() is { } draft ? Build(draft, header.Draft!.Formats) : null);

        Deployment Build(ModelConfig model, TraceFormats own)
        {
            var formats = isOwn ? own.Plan(file) : null;
            if (formats is not null) RefuseFormats(formats, document, hardware);
            var builder = new DeploymentBuilder(
                model, dtype ?? "auto", kv ?? "auto", weights ?? "auto", header.Engine.BlockSize)
            {
                Formats = formats,
                Rung = CostRung.Named(rung, "--cost-model"),
            };
            return builder.Build(document, Replica(hardware, header.Engine));
        }
    }

    private static ReplicaSpec Replica(string hardware, TraceEngine engine) => new()
    {
        Hardware = hardware,
        Engine = new EngineSettings
        {
            MaxNumSeqs = engine.MaxNumSeqs,
            MaxNumBatchedTokens = engine.MaxNumBatchedTokens,
            BlockSize = engine.BlockSize,
        },
    };

    /// <summary>Formats of the trace that the hardware has no arithmetic for.</summary>
    private static void RefuseFormats(
        FormatPlan formats, HardwareDocument document, string hardware)
    {
        var spec = document.IsCluster
            ? document.Cluster.Pools.First().Value.Accelerator
            : document.Accelerator;
        foreach (var format in new[] { formats.LinearCompute, formats.AttentionCompute })
        {
            if (spec.Fabric.MatrixRate(format) is not null) continue;
            throw new ConfigException("", 0, "--dtype",
                $"{hardware} does not compute in {FormatNames.Of(format)}, as the trace does; "
                + "\"accelsim replay\" prices it in a format that it would run there, such as "
                + "--dtype bf16.");
        }
    }
}
