using AccelSim.Inference.Execution;
using AccelSim.Models;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>Models of each family, small and of uneven sizes, with random weights.</summary>
internal static class TinyModels
{
    private const string Llama = """
        "hidden_size": 40, "intermediate_size": 72, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 12, "num_hidden_layers": 3, "vocab_size": 97,
        "rms_norm_eps": 1e-5, "max_position_embeddings": 256, "torch_dtype": "float32"
        """;

    public static IReadOnlyDictionary<string, string> Configs { get; } =
        new Dictionary<string, string>
        {
            ["llama"] = $$"""
                {"model_type": "llama", {{Llama}}, "rope_theta": 10000.0, "rope_scaling":
                {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 64} }
                """,
            ["llama-tied"] = $$"""
                {"model_type": "llama", {{Llama}}, "tie_word_embeddings": true}
                """,
            ["mistral"] = $$"""
                {"model_type": "mistral", {{Llama}}, "sliding_window": 9}
                """,
            ["qwen2"] = $$"""{"model_type": "qwen2", {{Llama}}}""",
            ["qwen3"] = $$"""{"model_type": "qwen3", {{Llama}}}""",
            ["mixtral"] = $$"""
                {"model_type": "mixtral", {{Llama}}, "num_local_experts": 5,
                "num_experts_per_tok": 2, "rope_theta": 1000000.0}
                """,
            ["qwen3_moe"] = $$"""
                {"model_type": "qwen3_moe", {{Llama}}, "num_experts": 6, "num_experts_per_tok": 3,
                "moe_intermediate_size": 24, "norm_topk_prob": true, "mlp_only_layers": [1]}
                """,
            ["llama-yarn"] = $$"""
                {"model_type": "llama", {{Llama}}, "rope_theta": 500.0, "rope_scaling":
                {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 24,
                "beta_fast": 3} }
                """,
            ["qwen2_moe"] = $$"""
                {"model_type": "qwen2_moe", {{Llama}}, "num_experts": 6, "num_experts_per_tok": 2,
                "moe_intermediate_size": 24, "shared_expert_intermediate_size": 52,
                "decoder_sparse_step": 1, "norm_topk_prob": false, "qkv_bias": true,
                "mlp_only_layers": [1]}
                """,
            ["gpt2"] = """
                {"model_type": "gpt2", "n_embd": 36, "n_head": 3, "n_layer": 2, "n_positions": 128,
                "vocab_size": 89, "tie_word_embeddings": true, "torch_dtype": "float32"}
                """,
            ["opt"] = """
                {"model_type": "opt", "hidden_size": 36, "ffn_dim": 80, "num_attention_heads": 3,
                "num_hidden_layers": 2, "max_position_embeddings": 128, "vocab_size": 89,
                "word_embed_proj_dim": 36, "tie_word_embeddings": true, "torch_dtype": "float32"}
                """,
        };

    public static ModelConfig Shape(string name) => ModelReader.Read(Configs[name], name, name);

    public static ModelNumerics Numerics(string name) => ModelNumerics.Read(Configs[name], name);

    /// <summary>A checkpoint as that family's has it.</summary>
    public static MemoryWeights Weights(string name)
    {
        var shape = Shape(name);
        var weights = new MemoryWeights(7);
        switch (shape.Family)
        {
            case "gpt2":
                Gpt2(shape, weights);
                break;
            case "opt":
                Opt(shape, weights);
                break;
            default:
                LlamaLike(shape, weights);
                break;
        }
        return weights;
    }

    private static void LlamaLike(ModelConfig shape, MemoryWeights w)
    {
        long hidden = shape.Hidden;
        w.Add("model.embed_tokens.weight", 1, 0, shape.Vocabulary, hidden);
        for (var i = 0; i < shape.Layers.Count; i++)
        {
            var a = (AttentionShape)shape.Layers[i].Mixer;
            var at = $"model.layers.{i}.";
            w.Add(at + "input_layernorm.weight", 0.2, 1, hidden);
            w.Add(at + "post_attention_layernorm.weight", 0.2, 1, hidden);
            (string, int)[] parts = [("q", a.Heads), ("k", a.KvHeads), ("v", a.KvHeads)];
            foreach (var (part, heads) in parts)
            {
                w.Add(at + $"self_attn.{part}_proj.weight", 0.3, 0, heads * a.HeadDim, hidden);
                if (a.QkvBias)
                    w.Add(at + $"self_attn.{part}_proj.bias", 0.3, 0, heads * a.HeadDim);
                if (a.QkNorm && part != "v")
                    w.Add(at + $"self_attn.{part}_norm.weight", 0.2, 1, a.HeadDim);
            }
            w.Add(at + "self_attn.o_proj.weight", 0.3, 0, hidden, a.Heads * a.HeadDim);
            Mlp(shape, shape.Layers[i].FeedForward!, at, w);
        }
        w.Add("model.norm.weight", 0.2, 1, hidden);
        if (!shape.TiedEmbeddings) w.Add("lm_head.weight", 0.3, 0, shape.Vocabulary, hidden);
    }

    private static void Mlp(ModelConfig shape, FeedForward mlp, string at, MemoryWeights w)
    {
        long hidden = shape.Hidden;
        if (mlp is DenseMlp dense)
        {
            w.Add(at + "mlp.gate_proj.weight", 0.3, 0, dense.Intermediate, hidden);
            w.Add(at + "mlp.up_proj.weight", 0.3, 0, dense.Intermediate, hidden);
            w.Add(at + "mlp.down_proj.weight", 0.3, 0, hidden, dense.Intermediate);
            return;
        }
        var moe = (ExpertMlp)mlp;
        var mixtral = shape.Family == "mixtral";
        at += mixtral ? "block_sparse_moe." : "mlp.";
        w.Add(at + "gate.weight", 0.5, 0, moe.Experts, hidden);
        if (moe.SharedIntermediate > 0)
        {
            var shared = at + "shared_expert.";
            w.Add(at + "shared_expert_gate.weight", 0.5, 0, 1, hidden);
            w.Add(shared + "gate_proj.weight", 0.3, 0, moe.SharedIntermediate, hidden);
            w.Add(shared + "up_proj.weight", 0.3, 0, moe.SharedIntermediate, hidden);
            w.Add(shared + "down_proj.weight", 0.3, 0, hidden, moe.SharedIntermediate);
        }
        for (var e = 0; e < moe.Experts; e++)
        {
            var own = at + $"experts.{e}.";
            w.Add(own + (mixtral ? "w1.weight" : "gate_proj.weight"), 0.3, 0,
                moe.Intermediate, hidden);
            w.Add(own + (mixtral ? "w3.weight" : "up_proj.weight"), 0.3, 0,
                moe.Intermediate, hidden);
            w.Add(own + (mixtral ? "w2.weight" : "down_proj.weight"), 0.3, 0,
                hidden, moe.Intermediate);
        }
    }

    private static void Gpt2(ModelConfig shape, MemoryWeights w)
    {
        long hidden = shape.Hidden;
        w.Add("wte.weight", 1, 0, shape.Vocabulary, hidden);
        w.Add("wpe.weight", 0.5, 0, shape.LearnedPositions, hidden);
        for (var i = 0; i < shape.Layers.Count; i++)
        {
            var at = $"h.{i}.";
            Both(w, at + "ln_1", 0.2, 1, hidden);
            Both(w, at + "ln_2", 0.2, 1, hidden);
            // Conv1D: inputs, outputs.
            Both(w, at + "attn.c_attn", 0.3, 0, hidden, 3 * hidden);
            Both(w, at + "attn.c_proj", 0.3, 0, hidden, hidden);
            Both(w, at + "mlp.c_fc", 0.3, 0, hidden, 4 * hidden);
            Both(w, at + "mlp.c_proj", 0.3, 0, 4 * hidden, hidden);
        }
        Both(w, "ln_f", 0.2, 1, hidden);
    }

    private static void Opt(ModelConfig shape, MemoryWeights w)
    {
        long hidden = shape.Hidden;
        var inner = ((DenseMlp)shape.Layers[0].FeedForward!).Intermediate;
        const string root = "model.decoder.";
        w.Add(root + "embed_tokens.weight", 1, 0, shape.Vocabulary, hidden);
        w.Add(root + "embed_positions.weight", 0.5, 0, shape.LearnedPositions, hidden);
        for (var i = 0; i < shape.Layers.Count; i++)
        {
            var at = $"{root}layers.{i}.";
            Both(w, at + "self_attn_layer_norm", 0.2, 1, hidden);
            Both(w, at + "final_layer_norm", 0.2, 1, hidden);
            foreach (var part in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
                Both(w, at + "self_attn." + part, 0.3, 0, hidden, hidden);
            w.Add(at + "fc1.weight", 0.3, 0, inner, hidden);
            w.Add(at + "fc1.bias", 0.3, 0, inner);
            w.Add(at + "fc2.weight", 0.3, 0, hidden, inner);
            w.Add(at + "fc2.bias", 0.3, 0, hidden);
        }
        Both(w, root + "final_layer_norm", 0.2, 1, hidden);
    }

    /// <summary>A weight, and a bias as long as its last size.</summary>
    private static void Both(
        MemoryWeights w, string name, double width, double centre, params long[] shape)
    {
        w.Add(name + ".weight", width, centre, shape);
        w.Add(name + ".bias", 0.2, 0, shape[^1]);
    }
}
