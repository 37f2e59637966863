using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

public sealed partial record FormatPlan
{
    private static readonly NumberFormat[] Fallbacks =
        [NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32];

    /// <summary>Everything in one format.</summary>
    public static FormatPlan Unquantised(NumberFormat format) => new()
    {
        Linear = WeightFormats.Plain(format),
        Experts = WeightFormats.Plain(format),
        Embedding = WeightFormats.Plain(format),
        Activation = format,
        LinearCompute = format,
        ExpertCompute = format,
        AttentionCompute = format,
        Kv = format,
    };

    /// <summary>Chooses formats for a model on a device.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device: products run only in formats that it computes in.</param>
    /// <param name="dtype">
    /// Activations: <c>auto</c> (the model's own, else the first native of bf16, fp16, fp32) or a
    /// name such as <c>bf16</c>, <c>bfloat16</c>, <c>half</c>.
    /// </param>
    /// <param name="kvCacheDtype">
    /// <c>auto</c> (as activations) or a name such as <c>fp8</c>.
    /// </param>
    /// <param name="quantization">
    /// <c>auto</c> (the checkpoint's own), <c>none</c>, <c>fp8</c>, <c>fp8_block</c> (128 × 128),
    /// <c>w8a8</c> (weights and activations int8), <c>int8</c> (weights alone), <c>int4</c>,
    /// <c>awq</c>, <c>gptq</c> (weights in groups of 128), <c>mxfp4</c>; <c>sparse24</c> alone or
    /// behind a name, as in <c>fp8_sparse24</c>, leaves out two of every four weights of attention
    /// and dense MLPs.
    /// </param>
    /// <exception cref="ConfigException">
    /// A name is unknown, or the device lacks the format.
    /// </exception>
    public static FormatPlan For(
        ModelConfig model, Device device, string dtype = "auto", string kvCacheDtype = "auto",
        string quantization = "auto") =>
        For(model, device.Spec.Id, format => device.MatrixRate(format) is not null, dtype,
            kvCacheDtype, quantization, device.Spec.Fabric.SparseGain?.Value.Value);

    /// <summary>As the other, for anything that computes in some formats.</summary>
    internal static FormatPlan For(
        ModelConfig model, string device, Func<NumberFormat, bool> computes, string dtype,
        string kvCacheDtype, string quantization, double? sparseGain = null)
    {
        var notes = new List<string>();
        var activation = Activations(model, device, computes, dtype, notes);
        var dense = StructuredSparsity.Without(quantization, out var isSparse);
        var scheme = Scheme(model, dense, quantization);
        var compute = Products(device, computes, scheme, activation, notes);
        if (!model.Causal && !model.HasEncoder)
        {
            notes.Add("diffusion decoding is not simulated: priced as one token per pass with a KV "
                + "cache");
        }
        var linear = scheme?.Linear ?? WeightFormats.Plain(activation);
        var experts = scheme?.Experts;
        if (isSparse) notes.Add(SparseNote(device, sparseGain));
        return Unquantised(activation) with
        {
            Linear = isSparse ? StructuredSparsity.Of(linear) : linear,
            LinearCompute = scheme?.Linear is null ? activation : compute,
            LinearSkips = isSparse ? StructuredSparsity.Skipped(sparseGain) : 0,
            Experts = experts ?? WeightFormats.Plain(activation),
            ExpertCompute = experts is null ? activation : compute,
            Kv = kvCacheDtype == "auto" ? activation : KvFormat(kvCacheDtype),
            Notes = notes,
        };
    }

    private static NumberFormat Activations(
        ModelConfig model, string device, Func<NumberFormat, bool> computes, string dtype,
        List<string> notes)
    {
        if (dtype != "auto")
        {
            if (WeightNames.Contains(dtype) && dtype is not ("auto" or "none"))
            {
                throw new ConfigException("", 0, "--dtype",
                    $"\"{dtype}\" is a format of weights, which --quantization {dtype} states; "
                    + "this takes auto, " + string.Join(", ", DtypeNames.Select(pair => pair.Item1))
                    + ".");
            }
            var asked = Parse("--dtype", dtype, DtypeNames);
            return computes(asked)
                ? asked
                : throw new ConfigException("", 0, "--dtype",
                    $"{device} does not compute in {FormatNames.Of(asked)}; "
                    + $"it does in {Natives(computes)}.");
        }
        if (computes(model.Format))
            return model.Format;
        var native = Fallbacks.Where(computes).Select(format => (NumberFormat?)format)
            .FirstOrDefault()
            ?? throw new ConfigException("", 0, "--dtype",
                $"{device} computes in none of bf16, fp16 and fp32, which activations need; "
                + $"it does in {Natives(computes)}.");
        notes.Add($"activations: {FormatNames.Of(native)}, because {device} does not compute in "
            + $"{model.Id}'s own {FormatNames.Of(model.Format)}");
        return native;
    }

    private static string SparseNote(string device, double? gain) => gain is { } faster
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"2:4 sparse weights: products {faster:0.##} times as fast; experts, embeddings and "
            + $"the output head stay dense")
        : $"2:4 sparse weights: expanded for the products, because {device} does not skip zeros; "
            + "experts, embeddings and the output head stay dense";

    private static WeightScheme? Scheme(ModelConfig model, string dense, string quantization)
    {
        var int4 = WeightFormats.Integer(4, 128);
        var fp8 = WeightFormats.Fp8;
        var int8 = WeightFormats.Plain(NumberFormat.Int8);
        var mxfp4 = WeightFormats.Mxfp4;
        return dense switch
        {
            "auto" => model.Quantisation,
            "none" => null,
            "fp8" => new WeightScheme("fp8", fp8, fp8, NumberFormat.Fp8),
            "fp8_block" => new WeightScheme(
                "fp8_block", WeightFormats.Fp8Blocks(128, 128), WeightFormats.Fp8Blocks(128, 128),
                NumberFormat.Fp8),
            "w8a8" => new WeightScheme("w8a8", int8, int8, NumberFormat.Int8),
            "int8" => new WeightScheme("int8", int8, int8, null),
            "int4" or "awq" or "gptq" => new WeightScheme(dense, int4, int4, null),
            "mxfp4" => new WeightScheme("mxfp4", mxfp4, mxfp4, null),
            _ => throw new ConfigException("", 0, "--quantization",
                $"\"{quantization}\" is not known; use {string.Join(", ", WeightNames[..^1])} or "
                + $"{WeightNames[^1]}, each also with _sparse24, or sparse24."),
        };
    }

    internal static NumberFormat Products(
        string device, Func<NumberFormat, bool> computes, WeightScheme? scheme,
        NumberFormat activation, List<string> notes)
    {
        if (scheme is null)
            return activation;
        // Matrix engines with 4-bit floats multiply MXFP4 weights by MXFP8 activations.
        if (scheme.Name == "mxfp4" && computes(NumberFormat.Fp4) && computes(NumberFormat.Fp8))
            scheme = scheme with { Compute = NumberFormat.Fp8 };
        if (scheme.Compute is { } wanted && computes(wanted))
        {
            notes.Add($"{scheme.Name} weights: products in {FormatNames.Of(wanted)}");
            return wanted;
        }
        notes.Add(scheme.Compute is { } lacking
            ? $"{scheme.Name} weights: expanded to {FormatNames.Of(activation)}, because {device} "
                + $"does not compute in {FormatNames.Of(lacking)}"
            : $"{scheme.Name} weights: expanded to {FormatNames.Of(activation)} for the products");
        return activation;
    }

    /// <summary>The cache is only stored: attention converts what it reads.</summary>
    private static NumberFormat KvFormat(string name) =>
        Parse("--kv-cache-dtype", name, KvNames);

    private static NumberFormat Parse(
        string flag, string name, IReadOnlyList<(string Name, NumberFormat Format)> known)
    {
        foreach (var (candidate, format) in known)
        {
            if (candidate == name)
                return format;
        }
        throw new ConfigException("", 0, flag, $"\"{name}\" is not known; use auto, "
            + string.Join(", ", known.Select(pair => pair.Name)) + ".");
    }

    private static string Natives(Func<NumberFormat, bool> computes) =>
        string.Join(", ", Enum.GetValues<NumberFormat>().Where(computes).Select(FormatNames.Of));

    private static readonly string[] WeightNames =
    [
        "auto", "none", "fp8", "fp8_block", "w8a8", "int8", "int4", "awq", "gptq", "mxfp4",
    ];

    private static readonly (string, NumberFormat)[] DtypeNames =
    [
        ("bf16", NumberFormat.Bf16), ("bfloat16", NumberFormat.Bf16),
        ("fp16", NumberFormat.Fp16), ("float16", NumberFormat.Fp16),
        ("half", NumberFormat.Fp16),
        ("fp32", NumberFormat.Fp32), ("float32", NumberFormat.Fp32), ("float", NumberFormat.Fp32),
    ];

    private static readonly (string, NumberFormat)[] KvNames =
    [
        ("bf16", NumberFormat.Bf16), ("bfloat16", NumberFormat.Bf16),
        ("fp16", NumberFormat.Fp16), ("float16", NumberFormat.Fp16),
        ("fp32", NumberFormat.Fp32),
        ("fp8", NumberFormat.Fp8), ("fp8_e4m3", NumberFormat.Fp8), ("fp8_e5m2", NumberFormat.Fp8),
        ("int8", NumberFormat.Int8), ("int4", NumberFormat.Int4), ("int2", NumberFormat.Int2),
        ("fp4", NumberFormat.Fp4),
    ];
}
