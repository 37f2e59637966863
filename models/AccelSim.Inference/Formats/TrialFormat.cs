using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Formats;

/// <summary>
/// A format of weights, activations or cache whose accuracy can be tried, and how it is run.
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
        Cache("int8"), Cache("int4"), Cache("int2"), Cache("int2-sinks"), Cache("int2-channels"),
        Cache("int2-outliers"),
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

    private static TrialFormat Cache(string name) =>
        new("kv-" + name, "KV " + name.Split('-')[0], EngineFormats.Named("bf16", name));
}
