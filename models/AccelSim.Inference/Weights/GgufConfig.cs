using System.Globalization;
using AccelSim.Configuration;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Weights;

/// <summary>The <c>config.json</c> that a GGUF file's metadata amount to.</summary>
/// <remarks>Shapes are then read by the project's one reader of such files.</remarks>
public static class GgufConfig
{
    private const string Tokens = "tokenizer.ggml.tokens";

    private static readonly string[] Architectures =
        ["llama", "qwen2", "qwen3", "qwen2moe", "qwen3moe", "gpt2"];

    /// <summary>The architecture of a file.</summary>
    /// <exception cref="ConfigException">It is missing or not one that is understood.</exception>
    public static string Architecture(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        const string key = "general.architecture";
        var name = file.TextOrNull(key)
            ?? throw file.Error(key, "is missing; it names the family, such as \"llama\".");
        return Architectures.Contains(name)
            ? name
            : throw file.Error(key, $"\"{name}\" is not understood; known are "
                + string.Join(", ", Architectures) + ".");
    }

    /// <summary>The text of a config.json.</summary>
    /// <exception cref="ConfigException">A figure is missing or of a wrong kind.</exception>
    public static string Text(GgufFile file)
    {
        var architecture = Architecture(file);
        var json = architecture == "gpt2" ? Gpt2(file) : Llama(file, architecture);
        foreach (var (name, key) in new[]
        {
            ("bos_token_id", "tokenizer.ggml.bos_token_id"),
            ("eos_token_id", "tokenizer.ggml.eos_token_id"),
        })
        {
            if (file.WholeOrNull(key) is { } id) json[name] = id;
        }
        json["torch_dtype"] = Format(file);
        return json.ToString(Formatting.Indented);
    }

    private static JObject Llama(GgufFile file, string architecture)
    {
        var at = architecture + ".";
        var experts = file.WholeOrNull(at + "expert_count") is > 0;
        var json = new JObject
        {
            ["model_type"] = architecture switch
            {
                "llama" => experts ? "mixtral" : "llama",
                "qwen2moe" => "qwen2_moe",
                "qwen3moe" => "qwen3_moe",
                _ => architecture,
            },
            ["hidden_act"] = "silu",
            ["hidden_size"] = Whole(file, at + "embedding_length"),
            ["num_hidden_layers"] = Whole(file, at + "block_count"),
            ["num_attention_heads"] = Whole(file, at + "attention.head_count"),
            ["rms_norm_eps"] = Number(file, at + "attention.layer_norm_rms_epsilon"),
            ["max_position_embeddings"] = Whole(file, at + "context_length"),
            // What ggml takes where a file says nothing.
            ["rope_theta"] = file.NumberOrNull(at + "rope.freq_base") is { } theta
                ? Shortest(theta) : 10_000.0,
            ["tie_word_embeddings"] = !file.TryGet("output.weight", out _),
            ["vocab_size"] = Vocabulary(file, at),
        };
        Set(json, "intermediate_size", file.WholeOrNull(at + "feed_forward_length"));
        Set(json, "num_key_value_heads", file.WholeOrNull(at + "attention.head_count_kv"));
        Set(json, "head_dim", file.WholeOrNull(at + "attention.key_length"));
        if (architecture == "llama" && !experts)
        {
            json["attention_bias"] = file.TryGet("blk.0.attn_q.bias", out _);
            json["mlp_bias"] = file.TryGet("blk.0.ffn_up.bias", out _);
        }
        if (architecture is "qwen3" or "qwen3moe") json["attention_bias"] = false;
        if (experts) Experts(file, architecture, json);
        Scaling(file, at, json);
        return json;
    }

    private static void Experts(GgufFile file, string architecture, JObject json)
    {
        var at = architecture + ".";
        var isMixtral = architecture == "llama";
        json[isMixtral ? "num_local_experts" : "num_experts"] = Whole(file, at + "expert_count");
        json["num_experts_per_tok"] = Whole(file, at + "expert_used_count");
        if (isMixtral) return;
        json["moe_intermediate_size"] = Whole(file, at + "expert_feed_forward_length");
        json["decoder_sparse_step"] = 1;
        json["mlp_only_layers"] = new JArray();
        json["norm_topk_prob"] = architecture == "qwen3moe";
        if (architecture != "qwen2moe") return;
        json["qkv_bias"] = true;
        json["shared_expert_intermediate_size"] =
            Whole(file, at + "expert_shared_feed_forward_length");
    }

    private static void Scaling(GgufFile file, string at, JObject json)
    {
        if (file.TextOrNull(at + "rope.scaling.type") is not { } type || type == "none") return;
        var scaling = new JObject
        {
            ["rope_type"] = type,
            ["factor"] = Number(file, at + "rope.scaling.factor"),
        };
        Set(scaling, "original_max_position_embeddings",
            file.WholeOrNull(at + "rope.scaling.original_context_length"));
        json["rope_scaling"] = scaling;
    }

    private static JObject Gpt2(GgufFile file) => new()
    {
        ["model_type"] = "gpt2",
        ["activation_function"] = "gelu_new",
        ["n_embd"] = Whole(file, "gpt2.embedding_length"),
        ["n_layer"] = Whole(file, "gpt2.block_count"),
        ["n_head"] = Whole(file, "gpt2.attention.head_count"),
        ["n_positions"] = Whole(file, "gpt2.context_length"),
        ["n_inner"] = Whole(file, "gpt2.feed_forward_length"),
        ["layer_norm_epsilon"] = Number(file, "gpt2.attention.layer_norm_epsilon"),
        ["tie_word_embeddings"] = !file.TryGet("output.weight", out _),
        ["vocab_size"] = Vocabulary(file, "gpt2."),
    };

    /// <summary>The embedding's rows tell it best: some files pad the vocabulary.</summary>
    private static long Vocabulary(GgufFile file, string at) =>
        file.TryGet("token_embd.weight", out var embedding) ? embedding.Shape[0]
        : file.WholeOrNull(at + "vocab_size") ?? file.CountOrNull(Tokens)
            ?? throw file.Error(at + "vocab_size", "is missing, and so is every other sign of it.");

    /// <summary>What plain numbers the file has; blocks are the weights' own matter.</summary>
    private static string Format(GgufFile file) =>
        file.TryGet("token_embd.weight", out var embedding) ? embedding.Type switch
        {
            WeightType.F32 => "float32",
            WeightType.BF16 => "bfloat16",
            _ => "float16",
        }
        : "float16";

    private static long Whole(GgufFile file, string key) => file.WholeOrNull(key)
        ?? throw file.Error(key, "is missing; a whole number is expected.");

    private static double Number(GgufFile file, string key) => Shortest(file.NumberOrNull(key)
        ?? throw file.Error(key, "is missing; a number is expected."));

    /// <summary>Figures have 32 bit: 1e-5 is meant, not the 9.99999974737875e-6 they say.</summary>
    private static double Shortest(double value) => (float)value == value
        ? double.Parse(((float)value).ToString("R", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture)
        : value;

    private static void Set(JObject json, string name, long? value)
    {
        if (value is { } found) json[name] = found;
    }
}
