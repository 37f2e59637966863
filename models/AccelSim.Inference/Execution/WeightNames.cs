namespace AccelSim.Inference.Execution;

/// <summary>
/// Which tensors of a Hugging Face checkpoint make up the weights of which operator, by family.
/// </summary>
/// <remarks>
/// Names come without ending and without what some files put before them; {0} is the layer, {1}
/// the expert. Several parts are rows one below the other.
/// </remarks>
public static class WeightNames
{
    private static readonly Dictionary<string, string[]> Llama = new(StringComparer.Ordinal)
    {
        ["embedding"] = ["embed_tokens"],
        ["attention.norm"] = ["layers.{0}.input_layernorm"],
        ["attention.qkv_proj"] =
        [
            "layers.{0}.self_attn.q_proj", "layers.{0}.self_attn.k_proj",
            "layers.{0}.self_attn.v_proj",
        ],
        ["attention.qk_norm"] = ["layers.{0}.self_attn.q_norm", "layers.{0}.self_attn.k_norm"],
        ["attention.o_proj"] = ["layers.{0}.self_attn.o_proj"],
        ["mlp.norm"] = ["layers.{0}.post_attention_layernorm"],
        ["mlp.gate_up_proj"] = ["layers.{0}.mlp.gate_proj", "layers.{0}.mlp.up_proj"],
        ["mlp.down_proj"] = ["layers.{0}.mlp.down_proj"],
        ["moe.router"] = ["layers.{0}.mlp.gate"],
        ["moe.gate_up_proj"] =
        [
            "layers.{0}.mlp.experts.{1}.gate_proj", "layers.{0}.mlp.experts.{1}.up_proj",
        ],
        ["moe.down_proj"] = ["layers.{0}.mlp.experts.{1}.down_proj"],
        ["moe.shared_gate"] = ["layers.{0}.mlp.shared_expert_gate"],
        ["moe.shared.gate_up_proj"] =
        [
            "layers.{0}.mlp.shared_expert.gate_proj", "layers.{0}.mlp.shared_expert.up_proj",
        ],
        ["moe.shared.down_proj"] = ["layers.{0}.mlp.shared_expert.down_proj"],
        ["final.norm"] = ["norm"],
        ["lm_head"] = ["lm_head"],
    };

    private static readonly Dictionary<string, string[]> Mixtral =
        new(Llama, StringComparer.Ordinal)
        {
            ["moe.router"] = ["layers.{0}.block_sparse_moe.gate"],
            ["moe.gate_up_proj"] =
            [
                "layers.{0}.block_sparse_moe.experts.{1}.w1",
                "layers.{0}.block_sparse_moe.experts.{1}.w3",
            ],
            ["moe.down_proj"] = ["layers.{0}.block_sparse_moe.experts.{1}.w2"],
        };

    private static readonly Dictionary<string, string[]> Gpt2 = new(StringComparer.Ordinal)
    {
        ["embedding"] = ["wte"],
        ["embedding.position"] = ["wpe"],
        ["attention.norm"] = ["h.{0}.ln_1"],
        ["attention.qkv_proj"] = ["h.{0}.attn.c_attn"],
        ["attention.o_proj"] = ["h.{0}.attn.c_proj"],
        ["mlp.norm"] = ["h.{0}.ln_2"],
        ["mlp.up_proj"] = ["h.{0}.mlp.c_fc"],
        ["mlp.down_proj"] = ["h.{0}.mlp.c_proj"],
        ["final.norm"] = ["ln_f"],
        ["lm_head"] = ["lm_head"],
    };

    private static readonly Dictionary<string, string[]> Opt = new(StringComparer.Ordinal)
    {
        ["embedding"] = ["decoder.embed_tokens"],
        ["embedding.position"] = ["decoder.embed_positions"],
        ["attention.norm"] = ["decoder.layers.{0}.self_attn_layer_norm"],
        ["attention.qkv_proj"] =
        [
            "decoder.layers.{0}.self_attn.q_proj", "decoder.layers.{0}.self_attn.k_proj",
            "decoder.layers.{0}.self_attn.v_proj",
        ],
        ["attention.o_proj"] = ["decoder.layers.{0}.self_attn.out_proj"],
        ["mlp.norm"] = ["decoder.layers.{0}.final_layer_norm"],
        ["mlp.up_proj"] = ["decoder.layers.{0}.fc1"],
        ["mlp.down_proj"] = ["decoder.layers.{0}.fc2"],
        ["final.norm"] = ["decoder.final_layer_norm"],
        ["lm_head"] = ["lm_head"],
    };

    /// <summary>What stands before names in some files and not in others.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = ["", "model.", "transformer."];

    /// <summary>Whether matrices of the family's checkpoints are [inputs, outputs].</summary>
    public static bool IsTransposed(string family) => family == "gpt2";

    /// <summary>The parts of an operator's weights, in the order of their rows.</summary>
    /// <param name="family">The <c>model_type</c>.</param>
    /// <param name="operation">The operator's name without number.</param>
    /// <returns>Empty where the operator has no weights.</returns>
    public static IReadOnlyList<string> Of(string family, string operation)
    {
        var table = family switch
        {
            "gpt2" => Gpt2,
            "opt" => Opt,
            "mixtral" => Mixtral,
            _ => Llama,
        };
        return table.TryGetValue(operation, out var parts) ? parts : [];
    }
}
