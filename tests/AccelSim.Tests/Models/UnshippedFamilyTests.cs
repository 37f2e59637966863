using AccelSim.Models;

namespace AccelSim.Tests.Models;

/// <summary>Families that no shipped file covers, by the published size of one model.</summary>
public sealed class UnshippedFamilyTests
{
    public static TheoryData<string, long, string> Models => new()
    {
        {
            "Qwen1.5-MoE-A2.7B", 14_315_784_192, """
            {
              "model_type": "qwen2_moe", "hidden_size": 2048, "intermediate_size": 5632,
              "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632,
              "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16,
              "num_experts": 60, "num_experts_per_tok": 4, "vocab_size": 151936,
              "torch_dtype": "bfloat16"
            }
            """
        },
        {
            "phi-2", 2_779_683_840, """
            {
              "model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240,
              "num_hidden_layers": 32, "num_attention_heads": 32, "vocab_size": 51200,
              "torch_dtype": "float16"
            }
            """
        },
        {
            "mamba2-2.7b", 2_702_599_680, """
            {
              "model_type": "mamba2", "hidden_size": 2560, "num_hidden_layers": 64,
              "state_size": 128, "head_dim": 64, "num_heads": 80, "n_groups": 1,
              "vocab_size": 50288, "tie_word_embeddings": true, "torch_dtype": "float32"
            }
            """
        },
        {
            "Bamba-9B", 9_780_000_000, """
            {
              "model_type": "bamba", "hidden_size": 4096, "intermediate_size": 14336,
              "num_hidden_layers": 32, "attn_layer_indices": [9, 18, 27],
              "num_attention_heads": 32, "num_key_value_heads": 8, "mamba_n_heads": 128,
              "mamba_d_head": 64, "mamba_d_state": 128, "mamba_n_groups": 1, "mamba_d_conv": 4,
              "vocab_size": 128256, "torch_dtype": "bfloat16"
            }
            """
        },
        {
            "DeepSeek-V2", 235_741_434_880, """
            {
              "model_type": "deepseek_v2", "hidden_size": 5120, "intermediate_size": 12288,
              "moe_intermediate_size": 1536, "num_hidden_layers": 60, "first_k_dense_replace": 1,
              "num_attention_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512,
              "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
              "n_routed_experts": 160, "n_shared_experts": 2, "num_experts_per_tok": 6,
              "topk_method": "group_limited_greedy", "vocab_size": 102400,
              "torch_dtype": "bfloat16"
            }
            """
        },
    };

    [Theory, MemberData(nameof(Models))]
    public void ParameterCount_IsThePublishedOneWithinOnePercent(
        string id, long published, string config)
    {
        var model = ModelReader.Read(config, "config.json", id);
        var counted = OperatorGraph.ParameterCount(model);
        Assert.True(Math.Abs(counted - published) <= published / 100.0,
            $"{id}: counted {counted:N0}, published {published:N0}");
    }
}
