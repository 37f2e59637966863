using System.CommandLine;
using AccelSim.Configuration;
using AccelSim.Inference;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Serving;

namespace AccelSim.Cli.Flags;

/// <summary>Which model is run, in which formats, on how many threads.</summary>
/// <param name="usual">A shipped model that runs with random weights where none is named.</param>
internal sealed class ModelRunFlags(string? usual = null)
{
    private const string RandomWeights = "random";

    private readonly Option<string?> _model = Flag.Text(
        "--model", "NAME", "A folder with config.json and safetensors, or a GGUF file; with "
        + "--weights random any model that can be simulated by name"
        + (usual is null ? "." : $" ({usual} with random weights)."));

    private readonly Option<string?> _weights = Flag.Of<string?>(
        "--weights", RandomWeights, "Weights as a seed makes them, instead of a file's.",
        text => text == RandomWeights
            ? text
            : throw new FormatException($"\"{text}\" is not known; only {RandomWeights} is."));

    private readonly Option<string?> _dtype = Flag.Text(
        "--dtype", "FORMAT",
        $"Weights: {string.Join(", ", EngineFormats.WeightFormatNames)} (auto: the model's own).");

    private readonly Option<string?> _kv = Flag.Text(
        "--kv-cache-dtype", "FORMAT", $"KV cache: {string.Join(", ", EngineFormats.KvNames)} "
        + "(auto: as weights, fp16 for integers).");

    private readonly Option<int?> _threads = Flag.Whole(
        "--threads", "N", "Threads (one per core).", Flag.MostRanks);

    private readonly Option<long?> _seed = Flag.Of<long?>(
        "--seed", "N", "Decides random weights, prompts and what is drawn (42).",
        text => Flag.ReadWhole(text, 0));

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_model, _weights, _dtype, _kv, _threads, _seed];

    /// <summary>In which formats.</summary>
    public IReadOnlyList<Option> Formats => [_dtype, _kv];

    /// <summary>The files that it reads.</summary>
    public IEnumerable<string> Files(ParseResult parsed) =>
        InputFiles.OfModel(parsed.GetValue(_model));

    /// <summary>The seed.</summary>
    public long Seed(ParseResult parsed) => parsed.GetValue(_seed) ?? 42;

    /// <summary>The threads.</summary>
    public CpuPool Pool(ParseResult parsed) => new(parsed.GetValue(_threads) ?? 0);

    /// <summary>Opens the model in formats that no flag states.</summary>
    /// <exception cref="ConfigException">There is none, or it is not one that is run.</exception>
    public OpenedModel Open(ParseResult parsed, CpuPool pool, EngineFormats formats) =>
        parsed.GetValue(_weights) is null
            ? OpenedModel.Open(Name(parsed), _ => formats, pool)
            : OpenedModel.Random(Name(parsed), Seed(parsed), _ => formats, pool);

    /// <summary>Opens the model.</summary>
    /// <exception cref="ConfigException">There is none, or it is not one that is run.</exception>
    public OpenedModel Open(ParseResult parsed, CpuPool pool)
    {
        var name = Name(parsed);
        var kv = Known(parsed, _kv);
        return !IsRandom(parsed)
            ? OpenedModel.Open(
                name,
                source => Known(parsed, _dtype) is { } dtype
                    ? Named(dtype)
                    : EngineFormats.OfFile(source, kv),
                pool)
            : OpenedModel.Random(
                name, Seed(parsed),
                shape => Named(Known(parsed, _dtype) ?? OpenedModel.OwnFormat(shape)), pool);

        EngineFormats Named(string weights) =>
            EngineFormats.Named(weights, kv ?? Cache(weights));
    }

    /// <summary>The model's own file, and the hash of its weights.</summary>
    public (string Config, string Weights) Source(ParseResult parsed)
    {
        var name = Name(parsed);
        if (IsRandom(parsed))
            return (Models.ModelCatalog.Open(name).Text, RandomWeights);
        using var files = ModelFiles.Open(name);
        return (files.ConfigText, CaptureHeader.HashOf(name));
    }

    /// <summary>The same model and formats on simulated hardware.</summary>
    public Scenario Scenario(
        ParseResult parsed, EngineFormats formats, string hardware, int budget)
    {
        ArgumentNullException.ThrowIfNull(formats);
        if (!formats.IsSimulated)
        {
            throw new ConfigException("", 0, "--dtype",
                $"the simulator's own runs have no {Known(parsed, _dtype)} weights; leave "
                + "--hardware out, or capture the run and compare that.");
        }
        return new Scenario
        {
            Model = Name(parsed),
            Workload = new WorkloadSource(),
            Dtype = formats.CoarseName is null ? Known(parsed, _dtype) ?? "auto" : "auto",
            Quantization = formats.CoarseName ?? "auto",
            // Caches of two bits have one name there, whichever tokens stay exact.
            KvCacheDtype = Known(parsed, _kv)?.Split('-')[0] ?? "auto",
            Replicas =
            [
                new ReplicaSpec
                {
                    Hardware = hardware,
                    Engine = new EngineSettings { MaxNumBatchedTokens = budget },
                },
            ],
        };
    }

    private static string Cache(string weights) => weights switch
    {
        "fp32" or "bf16" => weights,
        _ => "fp16",
    };

    private static string? Known(ParseResult parsed, Option<string?> flag) =>
        parsed.GetValue(flag) is { } text && text != "auto" ? text : null;

    /// <summary>Whether weights are made rather than read; then there is no tokenizer.</summary>
    public bool IsRandom(ParseResult parsed) => parsed.GetValue(_weights) is not null
        || (usual is not null && parsed.GetValue(_model) is null);

    private string Name(ParseResult parsed) => parsed.GetValue(_model) ?? usual
        ?? throw new ConfigException("", 0, "--model",
            "is missing; name what is run, such as --model models/tiny/target.");
}
