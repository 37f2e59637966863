using System.CommandLine;
using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Serving;

namespace AccelSim.Cli.Flags;

/// <summary>What serves what: hardware, model, formats, parallelism.</summary>
/// <param name="auto">What formats are where no flag says.</param>
internal sealed class PlanFlags(string auto = "auto")
{
    private readonly Option<string?> _hardware = Flag.Text(
        "--hardware", "NAME", "An accelerator or cluster: a shipped name, or a path to a file.",
        "--system");

    private readonly Option<string?> _pool = Flag.Text(
        "--pool", "NAME", "The pool of a mixed cluster.");

    private readonly Option<string?> _model = Flag.Text(
        "--model", "NAME", "A shipped name, a folder with config.json, or a path to a file.");

    private readonly Option<string?> _dtype = Flag.Text(
        "--dtype", "FORMAT", $"Activations and unquantised weights ({auto}).");

    private readonly Option<string?> _kvCacheDtype = Flag.Text(
        "--kv-cache-dtype", "FORMAT", $"KV cache entries ({auto}).");

    private readonly Option<string?> _quantization = Flag.Text(
        "--quantization", "SCHEME", "Weights: fp8, fp8_block, w8a8 (activations, too), int8, int4, "
        + $"awq, gptq, mxfp4, none ({(auto == "auto" ? "auto: the model's own" : auto)}); with "
        + "_sparse24, or sparse24 alone, 2:4 sparse.", "-q");

    private readonly Option<int?> _tp = Flag.Whole(
        "--tp", "N", "Ranks that split every layer (1).", Flag.MostRanks, "--tensor-parallel-size");

    private readonly Option<int?> _pp = Flag.Whole(
        "--pp", "N", "Pipeline stages (1).", Flag.MostRanks,
        "--pipeline-parallel-size");

    private readonly Option<int?> _ep = Flag.Whole(
        "--ep", "N", "Ranks that split the experts (1).", Flag.MostRanks, "--expert-parallel-size");

    private readonly Option<int?> _dp = Flag.Whole(
        "--dp", "N", "Engines: with experts in lockstep, otherwise independent (1).",
        Flag.MostRanks, "--data-parallel-size");

    private readonly Option<double?> _expertSkew = Flag.Number(
        "--expert-skew", "RATIO", "Load of the busiest expert rank over the mean (1: even).");

    private readonly Option<double?> _routingSkew = Flag.Of<double?>(
        "--routing-skew", "EXPONENT", "The i-th most popular expert of a layer is chosen "
        + "i^-EXPONENT as often as the first; 0: all alike (as measured deployments ask for).",
        ReadSkew);

    private readonly Option<string?> _costModel = Flag.Text(
        "--cost-model", "NAME", "The rung of the cost ladder: "
        + $"{string.Join(", ", CostRung.Names)} ({CostRung.Default} by default); families of "
        + "kernels may have their own: analytical,decodeAttention=table.");

    private readonly Option<string?> _tables = Flag.Text(
        "--tables", "PATH", "For the table rung: a folder of measured tables, as validate reads "
        + "them; for the trace rung: a trace, as capture writes it.");

    /// <summary>Where, in which formats, at which prices: all that a trace leaves open.</summary>
    public IReadOnlyList<Option> OfTraces =>
        [_hardware, _dtype, _kvCacheDtype, _quantization, _costModel, _tables];

    /// <summary>In which formats.</summary>
    public IReadOnlyList<Option> Formats => [_dtype, _kvCacheDtype, _quantization];

    /// <summary>The files that hardware and prices come from.</summary>
    public IEnumerable<string> Files(ParseResult parsed) =>
    [
        .. InputFiles.OfHardware(parsed.GetValue(_hardware)),
        .. InputFiles.OfTables(parsed.GetValue(_tables)),
    ];

    /// <summary>What <see cref="OfTraces"/> stand for.</summary>
    /// <exception cref="ConfigException">There is no such rung, or it lacks its times.</exception>
    public (string? Hardware, StatedFormats? Formats, CostRung Rung) ForTrace(ParseResult parsed) =>
    (
        parsed.GetValue(_hardware),
        Formats.Any(parsed.Has)
            ? new StatedFormats(
                parsed.GetValue(_dtype), parsed.GetValue(_kvCacheDtype),
                parsed.GetValue(_quantization))
            : null,
        MeasuredTimes.Rung(RungName(parsed), parsed.GetValue(_tables)));

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _hardware, _pool, _model, _dtype, _kvCacheDtype, _quantization, _tp, _pp, _ep, _dp,
        _expertSkew, _routingSkew, _costModel, _tables,
    ];

    /// <summary>A scenario of one kind of replica that the command states.</summary>
    /// <exception cref="ConfigException">Hardware or model is missing.</exception>
    public Scenario Scenario(
        ParseResult parsed, EngineSettings engine, int replicas, WorkloadSource workload)
    {
        List<ConfigException> missing = [];
        if (parsed.GetValue(_hardware) is not { } hardware)
        {
            hardware = "";
            missing.Add(new ConfigException("", 0, "--hardware",
                "is missing; name what serves, such as --hardware h100-sxm."));
        }
        if (parsed.GetValue(_model) is not { } model)
        {
            model = "";
            missing.Add(new ConfigException("", 0, "--model",
                "is missing; name what is served, such as --model llama-3.1-8b."));
        }
        if (missing.Count > 0) throw ConfigException.Of(missing);
        var skew = parsed.GetValue(_expertSkew) ?? 1;
        if (!(skew is >= 1 and <= 1e6))
        {
            throw new ConfigException("", 0, "--expert-skew",
                $"must be at least 1, but {JsonNames.Number(skew)} is not.");
        }
        return new Scenario
        {
            Model = model,
            Workload = workload,
            CostModel = RungName(parsed),
            Tables = parsed.GetValue(_tables),
            Dtype = parsed.GetValue(_dtype) ?? "auto",
            KvCacheDtype = parsed.GetValue(_kvCacheDtype) ?? "auto",
            Quantization = parsed.GetValue(_quantization) ?? "auto",
            Replicas =
            [
                new ReplicaSpec
                {
                    Hardware = hardware,
                    Pool = parsed.GetValue(_pool),
                    Count = replicas,
                    Tp = parsed.GetValue(_tp) ?? 1,
                    Pp = parsed.GetValue(_pp) ?? 1,
                    Ep = parsed.GetValue(_ep) ?? 1,
                    Dp = parsed.GetValue(_dp) ?? 1,
                    ExpertSkew = skew,
                    RoutingSkew = parsed.GetValue(_routingSkew),
                    Engine = engine,
                },
            ],
        };
    }

    private string RungName(ParseResult parsed)
    {
        var name = parsed.GetValue(_costModel) ?? CostRung.Default;
        return !parsed.Has(_tables) || CostRung.TakesTimes(name)
            ? name
            : throw new ConfigException("", 0, _tables.Name,
                $"says nothing with {_costModel.Name} {name}; choose table for a folder of "
                + "measured tables, trace for a captured run, or leave it out.");
    }

    private static double? ReadSkew(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value is >= 0 and <= 4
            ? value
            : throw new FormatException($"expected a number from 0 to 4, but found \"{text}\".");
}

/// <summary>Formats as flags state them; null where they do not.</summary>
internal sealed record StatedFormats(string? Dtype, string? KvCache, string? Quantization);
