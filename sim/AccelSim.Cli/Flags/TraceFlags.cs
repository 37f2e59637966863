using System.CommandLine;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Traces;

namespace AccelSim.Cli.Flags;

/// <summary>A trace of operators, and the hardware that it is replayed on.</summary>
internal sealed class TraceFlags
{
    private readonly Option<string?> _hardware = Flag.Text(
        "--hardware", "NAME", "An accelerator: a shipped name, or a path to a file.");

    private readonly Option<string?> _dtype = Flag.Text(
        "--dtype", "FORMAT", "Activations and unquantised weights, as an engine there would have "
        + "them; without this and the next two, formats are those of the trace.");

    private readonly Option<string?> _kvCacheDtype = Flag.Text(
        "--kv-cache-dtype", "FORMAT", "KV cache entries.");

    private readonly Option<string?> _quantization = Flag.Text(
        "--quantization", "SCHEME", "Weights.", "-q");

    private readonly Option<string?> _costModel = Flag.Text(
        "--cost-model", "NAME", "The rung of the cost ladder: "
        + $"{string.Join(", ", CostRung.Names)} ({CostRung.Default} by default).");

    /// <summary>The file, as the first word after the verb.</summary>
    public Argument<string> File { get; } = new("trace")
    {
        HelpName = "TRACE",
        Description = "A trace of operators, such as run.jsonl.gz.",
    };

    /// <summary>All flags.</summary>
    public IReadOnlyList<Option> All =>
        [_hardware, _dtype, _kvCacheDtype, _quantization, _costModel];

    /// <summary>Opens a trace; who asks closes it.</summary>
    public TraceReader Open(ParseResult parsed) => new(parsed.GetValue(File)!);

    /// <summary>What replays a trace on the hardware that the command names.</summary>
    /// <exception cref="ConfigException">There is no such hardware, or formats differ.</exception>
    public TraceReplay Replay(ParseResult parsed, TraceReader trace)
    {
        if (parsed.GetValue(_hardware) is not { } hardware)
        {
            throw new ConfigException("", 0, _hardware.Name,
                "is missing; name what the trace is replayed on, such as --hardware h100-sxm.");
        }
        var (header, file) = (trace.Header, parsed.GetValue(File)!);
        var (dtype, kv, weights) = (
            parsed.GetValue(_dtype), parsed.GetValue(_kvCacheDtype),
            parsed.GetValue(_quantization));
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
                Rung = CostRung.Named(
                    parsed.GetValue(_costModel) ?? CostRung.Default, _costModel.Name),
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
    private void RefuseFormats(FormatPlan formats, HardwareDocument document, string hardware)
    {
        var spec = document.IsCluster
            ? document.Cluster.Pools.First().Value.Accelerator
            : document.Accelerator;
        foreach (var format in new[] { formats.LinearCompute, formats.AttentionCompute })
        {
            if (spec.Fabric.MatrixRate(format) is not null) continue;
            throw new ConfigException("", 0, _dtype.Name,
                $"{hardware} does not compute in {FormatNames.Of(format)}, as the trace does; "
                + "give the format that it would run there, such as --dtype bf16.");
        }
    }
}
