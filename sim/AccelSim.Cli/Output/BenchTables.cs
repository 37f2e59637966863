using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using AccelSim.Inference.Serving;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>The simulation that stands beside a measurement.</summary>
internal sealed class SimulatedBatch
{
    private readonly PlannedDeployment _planned;
    private readonly Deployment _deployment;

    /// <summary>Builds what is simulated.</summary>
    public SimulatedBatch(Terminal terminal, Scenario scenario, ModelConfig model)
    {
        _planned = new PlannedDeployment(terminal, scenario, model);
        _deployment = _planned.Build();
    }

    /// <summary>The hardware's name.</summary>
    public string Hardware => _planned.Hardware.Id;

    /// <summary>The rung of the cost ladder.</summary>
    public string Rung => _deployment.Stages[0].Model.Name;

    /// <summary>The estimate of a point.</summary>
    public EstimatePoint Of(BatchPoint point) =>
        new Estimate(_deployment).Of(point.Isl, point.Osl, point.Batch);
}

/// <summary>Measured batches beside the machine's limits and the simulation.</summary>
internal sealed class BenchTables(
    Terminal terminal, EngineModel model, MachineLimits limits, IBackend backend,
    SimulatedBatch? simulated)
{
    private const double Mega = 1e6, Giga = 1e9;

    private readonly List<BatchMeasurement> _measured = [];
    private readonly TextTable _times = new(
        "", ">batch", "from", ">TTFT ms", ">TPOT ms", ">tokens/s");

    private readonly TextTable _rates = new(
        "What the machine did", ">batch", ">prefill GFLOP/s", ">of peak", ">decode GB/s",
        ">of reads");

    /// <summary>Adds a measurement.</summary>
    public void Add(BatchMeasurement measured)
    {
        _measured.Add(measured);
        var batch = Figures.Whole(measured.Point.Batch);
        _times.Row(
            batch, "measured", Milliseconds(measured.LastFirstToken),
            Milliseconds(measured.TimePerToken), Figures.Number(measured.TokensPerSecond));
        if (simulated is not null)
        {
            var point = simulated.Of(measured.Point);
            _times.Row(
                batch, "simulated", Milliseconds(point.Ttft.Value),
                Milliseconds(point.Tpot?.Value), Figures.Number(point.OutputTokensPerSecond));
        }
        var (prefill, decode) = (measured.Prefill, measured.Decode);
        _rates.Row(
            batch, Figures.Number(prefill.FlopsPerSecond / Giga),
            Figures.Share(prefill.FlopsPerSecond / limits.FlopsPerSecond),
            decode.Steps == 0 ? "–" : Figures.Number(decode.BytesPerSecond / Giga),
            decode.Steps == 0
                ? "–"
                : Figures.Share(ReadShare(measured)));
    }

    /// <summary>Writes all.</summary>
    public void Write()
    {
        var point = _measured[0].Point;
        terminal.Paragraph(
            $"{model.Shape.Id} on {backend.Words}, weights "
            + $"{Name(model.Formats.Linear)}, KV cache "
            + $"{model.Formats.KvName}: "
            + $"prompts of {Figures.Plural(point.Isl, "token")}, outputs of "
            + $"{Figures.Plural(point.Osl, "token")}. Weights take "
            + $"{Figures.Number(model.WeightBytes / Giga, 3)} GB.", 4);
        terminal.Line();
        _times.Write(
            terminal,
            "Measured: this engine, just now, once. TTFT: until every request of the batch has "
            + "its first token. TPOT: mean time of one further token of each request. tokens/s: "
            + "output tokens of all requests over the time of all steps, prompts included; "
            + "decoding alone makes batch / TPOT."
            + (simulated is null
                ? ""
                : $" Simulated: estimate on {simulated.Hardware}, cost model {simulated.Rung}"
                    + (_measured[0].Answers.Count > 0 ? ", without proposals." : ".")));
        foreach (var measured in _measured) SpeculationText.Write(terminal, measured.Answers);
        _rates.Write(
            terminal,
            "Work and bytes as the operator graph counts them"
            + (_measured[0].Answers.Count > 0 ? ", those of who proposes included" : "")
            + ". Peak: "
            + $"{Figures.Number(limits.FlopsPerSecond / Giga)} GFLOP/s of {limits.FlopsOf}; "
            + $"reads: {Figures.Number(limits.ReadBytesPerSecond / Giga, 3)} GB/s "
            + $"{limits.ReadsOf}; both measured "
            + "in this process on the same device."
            + OfCache(model.WeightBytes, LastCache(), _measured.Max(ReadShare)));
    }

    /// <summary>Why a share of reads may be more than all; empty where it is not.</summary>
    /// <param name="weights">Bytes of weights.</param>
    /// <param name="cache">Bytes of the last cache; 0 where nobody states it.</param>
    /// <param name="share">The largest share of reads that was seen.</param>
    internal static string OfCache(long weights, long cache, double share)
    {
        if (weights < cache)
        {
            return $" Weights of {Figures.Number(weights / Mega, 3)} MB fit into the last cache, "
                + $"which has {Figures.Number(cache / Mega, 3)} MB, and may come from there, while "
                + "reads are of main memory: a share may pass 100 % and says little of larger "
                + "models.";
        }
        return share > 1
            ? " More than 100 %: a part of what decoding reads stays in a cache, while reads are "
                + "of main memory."
            : "";
    }

    private double ReadShare(BatchMeasurement measured) => measured.Decode.Steps == 0
        ? 0
        : measured.Decode.BytesPerSecond / limits.ReadBytesPerSecond;

    /// <summary>Of the processor; nobody states that of other devices.</summary>
    private long LastCache() => backend.Name == "cpu"
        && MachineFacts.Read().Caches is [.., var last]
            ? last.Total(backend.Device.Threads)
            : 0;

    private static string Name(Storage storage) =>
        JsonNames.Of(storage.Kind.ToString())
        + (storage.Group > 0 ? $" in groups of {storage.Group}" : "")
        + (storage.RoundsInputs ? " with int8 inputs" : "");

    private static string Milliseconds(double? seconds) =>
        seconds is { } value ? Figures.Number(value * 1e3) : "–";
}
