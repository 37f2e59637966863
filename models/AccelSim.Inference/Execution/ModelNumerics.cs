using AccelSim.Configuration;
using AccelSim.Inference.Kernels;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Execution;

/// <summary>
/// What a model's <c>config.json</c> says that changes numbers but no sizes: the simulator never
/// asks for it.
/// </summary>
public sealed record ModelNumerics
{
    private static readonly Dictionary<string, ActivationKind> Activations =
        new(StringComparer.Ordinal)
        {
            ["silu"] = ActivationKind.Silu,
            ["swish"] = ActivationKind.Silu,
            ["gelu"] = ActivationKind.Gelu,
            ["gelu_new"] = ActivationKind.GeluTanh,
            ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
            ["relu"] = ActivationKind.Relu,
        };

    private static readonly string[] Families =
        [
            "gpt2", "llama", "mistral", "mixtral", "opt", "qwen2", "qwen2_moe", "qwen3",
            "qwen3_moe",
        ];

    /// <summary>Added to variances.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>The function of the MLP.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>Base of rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>How frequencies are stretched for longer contexts.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Rows of the position table before that of position 0.</summary>
    public int PositionOffset { get; init; }

    /// <summary>Whether the weights of a token's experts sum to 1.</summary>
    public bool NormaliseExperts { get; init; } = true;

    /// <summary>Reads them.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <exception cref="ConfigException">Something that the engine does not run.</exception>
    public static ModelNumerics Read(string text, string file)
    {
        var json = StrictJson.ReadObject(text, file);
        var family = (string?)json["model_type"] ?? "";
        if (!Families.Contains(family))
        {
            throw new ConfigException(file, 0, "model_type",
                $"\"{family}\" can be simulated but not run; the engine runs "
                + string.Join(", ", Families) + ".");
        }
        var classic = family is "gpt2" or "opt";
        var name = Text(json, "hidden_act") ?? Text(json, "activation_function")
            ?? (family == "gpt2" ? "gelu_new" : family == "opt" ? "relu" : "silu");
        if (!Activations.TryGetValue(name, out var activation))
        {
            throw new ConfigException(file, 0, classic ? "activation_function" : "hidden_act",
                $"\"{name}\" is not run; known are {string.Join(", ", Activations.Keys)}.");
        }
        if (family == "opt" && json["do_layer_norm_before"] is { } before && !(bool)before)
        {
            throw new ConfigException(file, 0, "do_layer_norm_before",
                "false is not run: norms come before attention and MLP.");
        }
        return new ModelNumerics
        {
            NormEpsilon = (float)(Number(json, classic ? "layer_norm_epsilon" : "rms_norm_eps")
                ?? (classic ? 1e-5 : 1e-6)),
            Activation = activation,
            RopeTheta = Number(json, "rope_theta")
                ?? Number(json["rope_parameters"] as JObject, "rope_theta")
                ?? (family == "mixtral" ? 1e6 : 10_000),
            RopeScaling = Scaling(json, file),
            PositionOffset = family == "opt" ? 2 : 0,
            NormaliseExperts = family == "mixtral" || ((bool?)json["norm_topk_prob"] ?? false),
        };
    }

    /// <summary>Radians per position of each pair of a head.</summary>
    public double[] Frequencies(int headDim)
    {
        var frequencies = new double[headDim / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var own = Math.Pow(RopeTheta, -2.0 * i / headDim);
            frequencies[i] = RopeScaling?.Stretch(own, i, headDim, RopeTheta) ?? own;
        }
        return frequencies;
    }

    private static RopeScaling? Scaling(JObject json, string file)
    {
        if (json["rope_scaling"] is not JObject scaling) return null;
        var type = Text(scaling, "rope_type") ?? Text(scaling, "type") ?? "default";
        return type switch
        {
            "default" => null,
            "linear" => new RopeScaling(Need("factor")),
            "llama3" => new RopeScaling(Need("factor"))
            {
                LowFactor = Need("low_freq_factor"),
                HighFactor = Need("high_freq_factor"),
                OriginalContext = Need("original_max_position_embeddings"),
            },
            "yarn" => Yarn(json, scaling, file, Need("factor")),
            _ => throw new ConfigException(file, 0, "rope_scaling",
                $"\"{type}\" is not run; known are default, linear, llama3, yarn."),
        };

        double Need(string name) => Number(scaling, name) ?? throw new ConfigException(
            file, 0, "rope_scaling." + name, "is missing; it must be a number.");
    }

    private static RopeScaling Yarn(JObject json, JObject scaling, string file, double factor)
    {
        foreach (var name in new[] { "mscale", "mscale_all_dim" })
        {
            if (scaling[name] is null) continue;
            throw new ConfigException(file, 0, "rope_scaling." + name,
                "is not run; attention_factor is.");
        }
        const string original = "original_max_position_embeddings";
        return new RopeScaling(factor)
        {
            FastTurns = Number(scaling, "beta_fast") ?? 32,
            SlowTurns = Number(scaling, "beta_slow") ?? 1,
            OriginalContext = Number(scaling, original) ?? Number(json, "max_position_embeddings")
                ?? throw new ConfigException(file, 0, "rope_scaling." + original,
                    "is missing; it must be a number."),
            AttentionFactor = Number(scaling, "attention_factor") ?? 0.1 * Math.Log(factor) + 1,
        };
    }

    private static string? Text(JObject json, string name) =>
        json[name] is JValue { Value: string text } ? text : null;

    private static double? Number(JObject? json, string name) =>
        json?[name] is { Type: JTokenType.Integer or JTokenType.Float } token
            ? (double)token
            : null;
}

/// <summary>Stretching of rotary frequencies for longer contexts.</summary>
/// <param name="Factor">By how much.</param>
public sealed record RopeScaling(double Factor)
{
    /// <summary>Wavelengths longer than the context over this are stretched in full.</summary>
    public double LowFactor { get; init; }

    /// <summary>Wavelengths shorter than the context over this stay.</summary>
    public double HighFactor { get; init; }

    /// <summary>The context before; 0: all wavelengths are stretched alike.</summary>
    public double OriginalContext { get; init; }

    /// <summary>
    /// Pairs that turn more often than this over the context stay (YaRN; Peng et al. 2023); 0: the
    /// scheme is another one.
    /// </summary>
    public double FastTurns { get; init; }

    /// <summary>Pairs that turn less often are stretched in full.</summary>
    public double SlowTurns { get; init; }

    /// <summary>What turned queries and keys are multiplied with.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>A stretched frequency.</summary>
    /// <param name="frequency">As it was.</param>
    /// <param name="pair">Of which pair of a head.</param>
    /// <param name="headDim">Numbers of a head.</param>
    /// <param name="theta">Base of frequencies.</param>
    public double Stretch(double frequency, int pair, int headDim, double theta) =>
        OriginalContext == 0 ? frequency / Factor
        : FastTurns > 0 ? ByPair(frequency, pair, headDim, theta)
        : ByTurns(frequency);

    /// <summary>Llama 3.1's smooth scheme.</summary>
    private double ByTurns(double frequency)
    {
        var turns = OriginalContext * frequency / (2 * Math.PI);
        if (turns < LowFactor) return frequency / Factor;
        if (turns > HighFactor) return frequency;
        var smooth = (turns - LowFactor) / (HighFactor - LowFactor);
        return (1 - smooth) * frequency / Factor + smooth * frequency;
    }

    /// <summary>YaRN as released: a ramp over whole pairs.</summary>
    private double ByPair(double frequency, int pair, int headDim, double theta)
    {
        var low = Math.Max(0, Math.Floor(PairOf(FastTurns)));
        var high = Math.Min(headDim - 1, Math.Ceiling(PairOf(SlowTurns)));
        var stretched = Math.Clamp((pair - low) / Math.Max(high - low, 0.001), 0, 1);
        return stretched * frequency / Factor + (1 - stretched) * frequency;

        double PairOf(double turns) => headDim * Math.Log(OriginalContext / (turns * 2 * Math.PI))
            / (2 * Math.Log(theta));
    }
}
