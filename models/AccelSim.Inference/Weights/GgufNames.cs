using System.Globalization;

namespace AccelSim.Inference.Weights;

/// <summary>Hugging Face's names of what GGUF files name in their own way.</summary>
internal static class GgufNames
{
    private static readonly Dictionary<string, string> Llama = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
        ["ffn_gate_inp"] = "mlp.gate",
        ["ffn_gate_exps"] = "mlp.experts.*.gate_proj",
        ["ffn_up_exps"] = "mlp.experts.*.up_proj",
        ["ffn_down_exps"] = "mlp.experts.*.down_proj",
        ["ffn_gate_shexp"] = "mlp.shared_expert.gate_proj",
        ["ffn_up_shexp"] = "mlp.shared_expert.up_proj",
        ["ffn_down_shexp"] = "mlp.shared_expert.down_proj",
        ["ffn_gate_inp_shexp"] = "mlp.shared_expert_gate",
    };

    /// <summary>Mixtral has names of its own for experts.</summary>
    private static readonly Dictionary<string, string> Mixtral = new(StringComparer.Ordinal)
    {
        ["ffn_gate_inp"] = "block_sparse_moe.gate",
        ["ffn_gate_exps"] = "block_sparse_moe.experts.*.w1",
        ["ffn_down_exps"] = "block_sparse_moe.experts.*.w2",
        ["ffn_up_exps"] = "block_sparse_moe.experts.*.w3",
    };

    private static readonly Dictionary<string, string> Gpt2 = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "ln_1",
        ["attn_qkv"] = "attn.c_attn",
        ["attn_output"] = "attn.c_proj",
        ["ffn_norm"] = "ln_2",
        ["ffn_up"] = "mlp.c_fc",
        ["ffn_down"] = "mlp.c_proj",
    };

    /// <summary>
    /// A tensor's name in a Hugging Face checkpoint; <c>*</c> stands for the index of an expert.
    /// Names that are not known stay as they are.
    /// </summary>
    public static string Of(string name, string architecture, bool isMixtral)
    {
        var isGpt2 = architecture == "gpt2";
        var parts = name.Split('.');
        if (parts is ["blk", var layer, var part, var kind]
            && int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            string? known = null;
            if (isMixtral) Mixtral.TryGetValue(part, out known);
            if (known is null && !(isGpt2 ? Gpt2 : Llama).TryGetValue(part, out known)) return name;
            return $"{(isGpt2 ? "h" : "model.layers")}.{layer}.{known}.{kind}";
        }
        // Mixtral's first converters left each expert a tensor of its own.
        if (isMixtral && parts is ["blk", var at, var role, var expert, var suffix]
            && Mixtral.TryGetValue(role + "_exps", out var pattern))
        {
            var single = pattern.Replace("*", expert, StringComparison.Ordinal);
            return $"model.layers.{at}.{single}.{suffix}";
        }
        return parts switch
        {
            ["token_embd", var end] => (isGpt2 ? "wte." : "model.embed_tokens.") + end,
            ["position_embd", var end] when isGpt2 => "wpe." + end,
            ["output_norm", var end] => (isGpt2 ? "ln_f." : "model.norm.") + end,
            ["output", var end] => "lm_head." + end,
            _ => name,
        };
    }
}
