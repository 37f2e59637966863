using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Formats;

/// <summary>
/// A format of weights, activations or cache whose accuracy can be tried, and how it is run where
/// kernels lack it.
/// </summary>
/// <param name="Name">As <c>--formats</c> takes it.</param>
/// <param name="RunsAs">What the kernels see.</param>
/// <param name="Engine">What the engine is told.</param>
public sealed record TrialFormat(string Name, string RunsAs, EngineFormats Engine)
{
    private static readonly EngineFormats Bf16 = EngineFormats.Named("bf16", "fp16");

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<TrialFormat> All { get; } =
    [
        new("fp32", "fp32", EngineFormats.Named("fp32", "fp32")),
        new("bf16", "bf16", Bf16),
        new("fp16", "fp16", EngineFormats.Named("fp16", "fp16")),
        new("fp8", "fp8, products fp32", EngineFormats.Named("fp8", "fp16")),
        new("int8", "int8, products fp32", EngineFormats.Named("int8", "fp16")),
        new("w8a8", "int8 × int8", EngineFormats.Named("w8a8", "fp16")),
        new("int4-g32", "int4", EngineFormats.Named("int4-g32", "fp16")),
        new("int4", "int4", EngineFormats.Named("int4", "fp16")),
        new("nf4", "nf4, products fp32", EngineFormats.Named("nf4", "fp16")),
        new("int3-g32", "int3, products fp32", EngineFormats.Named("int3-g32", "fp16")),
        new("int3", "int3, products fp32", EngineFormats.Named("int3", "fp16")),
        new("int2-g32", "int2, products fp32", EngineFormats.Named("int2-g32", "fp16")),
        new("int2", "int2, products fp32", EngineFormats.Named("int2", "fp16")),
        new("sparse-2:4", "bf16, two of four", EngineFormats.Named("sparse-2:4", "fp16")),
        new("sparse-50%", "bf16, half of a row", EngineFormats.Named("sparse-50%", "fp16")),
        new("kv-int8", "KV int8", Bf16 with { Kv = KvKind.Int8 }),
        new("kv-int4", "KV int4", Bf16 with { Kv = KvKind.Int4 }),
        Cache("kv-int2", new KvRounding(new AffineRounding(2, 32), 0)),
        Cache("kv-int2-sinks", new KvRounding(new AffineRounding(2, 32), 4)),
        Cache("kv-int2-channels", new KvRounding(new AffineRounding(2, 32), 4) { KeyGroup = 32 }),
        Cache("kv-int2-outliers", new KvRounding(new AffineRounding(2, 32), 4)
        {
            KeyGroup = 32, OutlierTokens = 1,
        }),
    ];

    /// <summary>Formats by name.</summary>
    /// <param name="names">Separated by commas, or <c>all</c>.</param>
    /// <exception cref="ConfigException">A name is not known.</exception>
    public static IReadOnlyList<TrialFormat> Named(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names == "all") return All;
        return
        [
            .. names.Split(',').Select(name => All.FirstOrDefault(format => format.Name == name)
                ?? throw new ConfigException("", 0, "--formats",
                    $"\"{name}\" is not known; known are all, "
                    + string.Join(", ", All.Select(format => format.Name)) + ".")),
        ];
    }

    /// <summary>Bytes that keys and values of a token would take in this format.</summary>
    public double KvBytesPerToken(ModelConfig shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Layers.Select(layer => (AttentionShape)layer.Mixer).Sum(attention =>
        {
            var bits = Engine.KvRounding is { } rounding
                ? rounding.Bits(attention.HeadDim)
                : KvPages.Bits(Engine.Kv)
                + (Engine.Kv is KvKind.Int8 or KvKind.Int4 ? 32.0 / attention.HeadDim : 0);
            return 2.0 * attention.KvHeads * attention.HeadDim * bits / 8;
        });
    }

    private static TrialFormat Cache(string name, KvRounding rounding) =>
        new(name, "KV rounded, then fp32", Bf16 with
        {
            Kv = KvKind.F32,
            KvRounding = rounding,
        });
}
