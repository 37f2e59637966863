namespace AccelSim.Models;

public static partial class ModelReader
{
    private static ModelConfig Mixtral(ConfigMembers m)
    {
        var experts = Routed(m, "num_local_experts", "intermediate_size");
        return Mixed(m, GroupedAttention(m), _ => experts);
    }

    private static ModelConfig Qwen2Moe(ConfigMembers m)
    {
        var experts = Routed(m, "num_experts", "moe_intermediate_size") with
        {
            SharedIntermediate = m.Count("shared_expert_intermediate_size"),
            SharedGate = true,
        };
        var attention = GroupedAttention(m) with { QkvBias = m.Flag("qkv_bias") };
        return Mixed(m, attention, SparseSteps(m, experts));
    }

    private static ModelConfig Qwen3Moe(ConfigMembers m)
    {
        var experts = Routed(m, "num_experts", "moe_intermediate_size");
        return Mixed(m, Qwen3Attention(m, GroupedAttention(m)), SparseSteps(m, experts));
    }

    private static ModelConfig GptOss(ConfigMembers m)
    {
        var experts = Routed(m, "num_local_experts", "intermediate_size") with
        {
            Bias = true,
            RouterBias = true,
        };
        var attention = GroupedAttention(m) with
        {
            QkvBias = m.Flag("attention_bias"),
            OutputBias = m.Flag("attention_bias"),
            Sinks = true,
        };
        return Mixed(m, attention, _ => experts);
    }

    private static ModelConfig MiniMax(ConfigMembers m)
    {
        var experts = Routed(m, "num_local_experts", "intermediate_size") with
        {
            RouterBias = m.Flag("use_routing_bias"),
        };
        var attention = GroupedAttention(m) with { QkNorm = m.Flag("use_qk_norm") };
        return Mixed(m, attention, _ => experts);
    }

    private static ModelConfig DeepSeek(ConfigMembers m)
    {
        if (m.Flag("attention_bias"))
            throw m.Error("attention_bias", "true is not understood for this family; false is.");
        var heads = m.Count("num_attention_heads");
        var attention = new LatentAttentionShape(
            heads, m.CountOrNull("q_lora_rank") ?? 0, m.Count("kv_lora_rank"),
            m.Count("qk_nope_head_dim"), m.Count("qk_rope_head_dim"), m.Count("v_head_dim"));
        var experts = Routed(m, "n_routed_experts", "moe_intermediate_size");
        experts = experts with
        {
            SharedIntermediate = (m.CountOrNull("n_shared_experts") ?? 0) * experts.Intermediate,
            // DeepSeek-V3 (2024, §2.1.2) balances load by a correction per expert.
            RouterBias = m.Choice("topk_method", "greedy", "group_limited_greedy", "noaux_tc")
                == "noaux_tc",
        };
        var dense = new DenseMlp(m.Count("intermediate_size"), Gated: true, Bias: false);
        var first = m.Index("first_k_dense_replace");
        var step = m.Count("moe_layer_freq");
        return Decoder(m, [.. Enumerable.Range(0, LayerCount(m)).Select(i => new LayerShape
        {
            Mixer = attention,
            FeedForward = i >= first && i % step == 0 ? experts : dense,
            Norm = NormKind.Rms,
        })]);
    }

    private static ExpertMlp Routed(ConfigMembers m, string count, string intermediate)
    {
        var experts = m.Count(count);
        var perToken = m.Count("num_experts_per_tok");
        if (perToken > experts)
        {
            throw m.Error("num_experts_per_tok",
                $"{perToken} is more than {count} = {experts}; it is at most as many.");
        }
        return new ExpertMlp(experts, perToken, m.Count(intermediate));
    }

    /// <summary>Every so many layers have experts, apart from those listed as dense.</summary>
    private static Func<int, FeedForward> SparseSteps(ConfigMembers m, ExpertMlp experts)
    {
        var step = m.Count("decoder_sparse_step");
        var denseLayers = m.Layers("mlp_only_layers", LayerCount(m));
        var dense = new Lazy<DenseMlp>(
            () => new DenseMlp(m.Count("intermediate_size"), Gated: true, Bias: false));
        return i => (i + 1) % step == 0 && !denseLayers.Contains(i) ? experts : dense.Value;
    }

    private static ModelConfig Mixed(
        ConfigMembers m, AttentionShape attention, Func<int, FeedForward> feedForward) =>
        Decoder(m, [.. Windows(m).Select((window, i) => new LayerShape
        {
            Mixer = attention with { Window = window },
            FeedForward = feedForward(i),
            Norm = NormKind.Rms,
        })]);
}
