using System.Text;
using AccelSim.Models;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Models;

/// <summary>Model files with one thing wrong each.</summary>
internal static class BrokenModels
{
    private const string Llama = """
        {
          "model_type": "llama",
          "hidden_size": 64,
          "intermediate_size": 128,
          "num_hidden_layers": 4,
          "num_attention_heads": 8,
          "num_key_value_heads": 2,
          "vocab_size": 1000,
          "max_position_embeddings": 2048,
          "torch_dtype": "bfloat16"
        }
        """;

    /// <summary>A shipped model with a member set to another value, or taken out.</summary>
    public static string With(string id, string member, string? json)
    {
        var root = JObject.Parse(id == "llama" ? Llama : ModelCatalog.Open(id).Text);
        var path = member.Split('/');
        var parent = path[..^1].Aggregate(root, (at, name) => (JObject)at[name]!);
        if (json is null)
            parent.Remove(path[^1]);
        else
            parent[path[^1]] = JToken.Parse(json);
        return root.ToString();
    }

    /// <summary>What the reader says about each.</summary>
    public static string Transcript(IEnumerable<(string Name, string Text)> cases)
    {
        var text = new StringBuilder();
        foreach (var (name, broken) in cases)
        {
            text.Append("## ").AppendLine(name);
            try
            {
                ModelReader.Read(broken, "config.json", "broken");
                text.AppendLine("ACCEPTED");
            }
            catch (AccelSim.Configuration.ConfigException e)
            {
                text.AppendLine(e.Message);
            }
        }
        return text.ToString();
    }

    /// <summary>Every case, in the order of the golden file.</summary>
    public static IEnumerable<(string Name, string Text)> All()
    {
        yield return ("empty", "");
        yield return ("blank", "  \n ");
        yield return ("binary", "\0\u0001\u0002");
        yield return ("a list", "[1, 2]");
        yield return ("truncated", Llama[..120]);
        yield return ("text after the end", Llama + "{}");
        yield return ("not JSON", "model_type: llama");
        yield return ("a member twice", Llama.Replace("num_hidden_layers", "hidden_size"));
        yield return ("each size possible, all together not",
            Llama.Replace("size\": 64", "size\": 1048576").Replace("128", "1048576"));
        foreach (var (id, member, json) in Members)
        {
            yield return ($"{id}: {member} = {json ?? "(left out)"}", With(id, member, json));
        }
    }

    private static readonly (string, string, string?)[] Members =
    [
        ("llama", "model_type", null),
        ("llama", "model_type", "\"llema\""),
        ("llama", "model_type", "7"),
        ("llama", "model_type", "null"),
        ("llama", "hidden_size", null),
        ("llama", "hidden_size", "0"),
        ("llama", "hidden_size", "-64"),
        ("llama", "hidden_size", "64.5"),
        ("llama", "hidden_size", "\"64\""),
        ("llama", "hidden_size", "null"),
        ("llama", "hidden_size", "true"),
        ("llama", "hidden_size", "[64]"),
        ("llama", "hidden_size", "{}"),
        ("llama", "hidden_size", "1e3"),
        ("llama", "hidden_size", "NaN"),
        ("llama", "hidden_size", "4000000000"),
        ("llama", "hidden_size", "99999999999999999999"),
        ("llama", "hidden_size", "65"),
        ("llama", "head_dim", "0"),
        ("llama", "head_dim", "\"auto\""),
        ("llama", "intermediate_size", null),
        ("llama", "intermediate_size", "0"),
        ("llama", "num_hidden_layers", null),
        ("llama", "num_hidden_layers", "0"),
        ("llama", "num_hidden_layers", "5000"),
        ("llama", "num_attention_heads", null),
        ("llama", "num_attention_heads", "-8"),
        ("llama", "num_key_value_heads", "3"),
        ("llama", "num_key_value_heads", "16"),
        ("llama", "num_key_value_heads", "0"),
        ("llama", "vocab_size", null),
        ("llama", "vocab_size", "0"),
        ("llama", "vocab_size", "100000000"),
        ("llama", "max_position_embeddings", "0"),
        ("llama", "torch_dtype", "\"int8\""),
        ("llama", "torch_dtype", "16"),
        ("llama", "tie_word_embeddings", "\"yes\""),
        ("llama", "tie_word_embeddings", "1"),
        ("llama", "attention_bias", "0"),
        ("llama", "layer_types", "[\"full_attention\"]"),
        ("llama", "layer_types", "\"full_attention\""),
        ("llama", "layer_types",
            "[\"full_attention\", \"full_attention\", \"chunked_attention\", \"full_attention\"]"),
        ("llama", "layer_types",
            "[\"full_attention\", \"full_attention\", \"sliding_attention\", \"full_attention\"]"),
        ("llama", "quantization_config", "\"awq\""),
        ("llama", "quantization_config", "{}"),
        ("llama", "quantization_config", "{\"quant_method\": \"gguf\"}"),
        ("llama", "quantization_config", "{\"quant_method\": \"awq\", \"group_size\": 128}"),
        ("llama", "quantization_config", "{\"quant_method\": \"awq\", \"bits\": 4}"),
        ("llama", "quantization_config",
            "{\"quant_method\": \"gptq\", \"bits\": 5, \"group_size\": 128}"),
        ("llama", "quantization_config",
            "{\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": 0}"),
        ("llama", "quantization_config",
            "{\"quant_method\": \"fp8\", \"weight_block_size\": [128]}"),
        ("llama", "quantization_config", "{\"quant_method\": \"mxfp4\"}"),
        ("llama", "quantization_config",
            "{\"quant_method\": \"fp8\", \"modules_to_not_convert\": [\"model.layers.0.mlp\"]}"),
        ("llama", "quantization_config",
            "{\"quant_method\": \"modelopt\", \"quant_algo\": \"W4A8\"}"),
        ("llama", "quantization_config", "{\"quant_method\": \"compressed-tensors\"}"),
        ("mistral-7b", "sliding_window", "-1"),
        ("mistral-7b", "sliding_window", "\"none\""),
        ("qwen2.5-7b", "use_sliding_window", "\"no\""),
        ("mixtral-8x7b", "num_local_experts", null),
        ("mixtral-8x7b", "num_experts_per_tok", null),
        ("mixtral-8x7b", "num_experts_per_tok", "9"),
        ("qwen3-30b-a3b", "mlp_only_layers", "[48]"),
        ("qwen3-30b-a3b", "mlp_only_layers", "[1.5]"),
        ("qwen3-30b-a3b", "decoder_sparse_step", "0"),
        ("qwen3-next-80b-a3b", "linear_num_value_heads", "33"),
        ("qwen3-next-80b-a3b", "shared_expert_intermediate_size", null),
        ("deepseek-v3", "kv_lora_rank", null),
        ("deepseek-v3", "q_lora_rank", "0"),
        ("deepseek-v3", "qk_rope_head_dim", "-64"),
        ("deepseek-v3", "v_head_dim", null),
        ("deepseek-v3", "first_k_dense_replace", null),
        ("deepseek-v3", "topk_method", "\"random\""),
        ("deepseek-v3", "attention_bias", "true"),
        ("gpt-oss-20b", "sliding_window", null),
        ("gpt-oss-20b", "num_hidden_layers", "25"),
        ("gpt2", "n_embd", "770"),
        ("gpt2", "n_positions", null),
        ("opt-125m", "ffn_dim", null),
        ("opt-125m", "max_position_embeddings", null),
        ("falcon-180b", "num_kv_heads", "7"),
        ("bloom-176b", "n_head", "111"),
        ("llada-8b", "block_type", "\"sequential\""),
        ("mamba-2.8b", "time_step_rank", "\"some\""),
        ("mamba-2.8b", "intermediate_size", "0"),
        ("jamba-v0.1", "mamba_expand", "0"),
        ("jamba-v0.1", "attn_layer_offset", "-1"),
        ("granite-4.0-h-tiny", "mamba_n_heads", "47"),
        ("granite-4.0-h-tiny", "layer_types", null),
        ("granite-4.0-h-tiny", "position_embedding_type", "\"alibi\""),
        ("t5-large", "feed_forward_proj", "\"swish\""),
        ("t5-large", "d_kv", null),
        ("bart-large", "encoder_attention_heads", "15"),
        ("llava-1.5-7b", "text_config", null),
        ("llava-1.5-7b", "text_config", "[]"),
        ("llava-1.5-7b", "text_config/hidden_size", "0"),
        ("llava-1.5-7b", "text_config/model_type", "\"lama\""),
        ("llava-1.5-7b", "vision_config", null),
        ("llava-1.5-7b", "vision_config/model_type", "\"siglip_vision_model\""),
        ("llava-1.5-7b", "vision_config/image_size", "337"),
        ("llava-1.5-7b", "vision_config/num_hidden_layers", null),
        ("gemma-3-1b", "sliding_window_pattern", "0"),
        ("gemma-3-1b", "sliding_window", null),
    ];
}
