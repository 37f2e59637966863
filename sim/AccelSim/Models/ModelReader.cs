using AccelSim.Configuration;

namespace AccelSim.Models;

/// <summary>Reads a Hugging Face <c>config.json</c> into a <see cref="ModelConfig"/>.</summary>
/// <remarks>
/// Families are told apart by <c>model_type</c>. One that is not here is an error: a shape that is
/// not understood is never guessed from members that look alike.
/// </remarks>
public static partial class ModelReader
{
    private const long MostParameters = 10_000_000_000_000;

    private static readonly SortedDictionary<string, Func<ConfigMembers, ModelConfig>> Readers =
        new(StringComparer.Ordinal)
        {
            ["llama"] = Llama,
            ["mistral"] = Mistral,
            ["phi3"] = Phi3,
            ["qwen2"] = Qwen2,
            ["Dream"] = Dream,
            ["qwen3"] = Qwen3,
            ["bitnet"] = BitNet,
            ["gemma"] = Gemma,
            ["gemma2"] = Gemma2,
            ["gemma3_text"] = Gemma3,
            ["mixtral"] = Mixtral,
            ["qwen2_moe"] = Qwen2Moe,
            ["qwen3_moe"] = Qwen3Moe,
            ["gpt_oss"] = GptOss,
            ["deepseek_v2"] = DeepSeek,
            ["deepseek_v3"] = DeepSeek,
            ["kimi_k2"] = DeepSeek,
            ["minimax_m2"] = MiniMax,
            ["gpt2"] = Gpt2,
            ["opt"] = Opt,
            ["bloom"] = Bloom,
            ["falcon"] = Falcon,
            ["phi"] = Phi,
            ["llada"] = Llada,
            ["mamba"] = Mamba,
            ["mamba2"] = Mamba2,
            ["jamba"] = Jamba,
            ["bamba"] = Bamba,
            ["granitemoehybrid"] = Granite,
            ["qwen3_next"] = Qwen3Next,
            ["qwen3_5_moe_text"] = Qwen3Next,
            ["t5"] = T5,
            ["bart"] = Bart,
            ["llava"] = Llava,
        };

    /// <summary>The <c>model_type</c> values that are understood.</summary>
    public static IReadOnlyCollection<string> Families => Readers.Keys;

    /// <summary>Reads a model.</summary>
    /// <param name="text">The text of a <c>config.json</c>.</param>
    /// <param name="file">The file as the user named it, for messages.</param>
    /// <param name="id">The name that the model gets.</param>
    /// <exception cref="ConfigException">The shape is not understood.</exception>
    public static ModelConfig Read(string text, string file, string id)
    {
        var json = StrictJson.ReadObject(text, file);
        var members = new ConfigMembers(json, file, "");
        try
        {
            var model = Text(members) with { Id = id };
            return OperatorGraph.ParameterCount(model) <= MostParameters
                ? model
                : throw TooLarge(file);
        }
        catch (OverflowException)
        {
            throw TooLarge(file);
        }
    }

    /// <summary>Sizes that are each possible may still multiply to nonsense.</summary>
    private static ConfigException TooLarge(string file) => new(file, 0, "",
        $"its sizes make more than {MostParameters:N0} parameters; check them for a number with "
        + "digits too many.");

    private static ModelConfig Text(ConfigMembers members)
    {
        var type = members.TextOrNull("model_type")
            ?? throw members.Error("model_type",
                "is missing; it names the family, such as \"llama\".");
        if (!Readers.TryGetValue(type, out var read))
        {
            var nearest = NearestName.Of(type, Readers.Keys);
            throw members.Error("model_type",
                $"\"{type}\" is not a family that is understood; the nearest are "
                + string.Join(", ", nearest.Select(name => $"\"{name}\"")) + ".");
        }
        var own = members.As(type);
        var model = read(own);
        if (model.Quantisation is null && own.Has("quantization_config"))
            model = model with { Quantisation = Quantisation(own, model.HasExperts) };
        return model;
    }
}
