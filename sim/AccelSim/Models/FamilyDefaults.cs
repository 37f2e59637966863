namespace AccelSim.Models;

/// <summary>
/// What a <c>config.json</c> that leaves a member out means: the default of the family's
/// configuration class.
/// </summary>
/// <remarks>
/// Source: <c>configuration_*.py</c> of Hugging Face transformers 4.57, class of each
/// <c>model_type</c>; for <c>Dream</c>, <c>llada</c>, <c>kimi_k2</c>, <c>minimax_m2</c> the
/// configuration class beside the model. Only members that real files leave out stand here; a size
/// that every file states (layers, widths, heads) has no default, so that a truncated file is an
/// error and not another model. Where the class computes a value from others (key/value heads from
/// heads), the reader of the family does.
/// </remarks>
internal static class FamilyDefaults
{
    private static readonly Dictionary<string, object> Everywhere = new(StringComparer.Ordinal)
    {
        // PretrainedConfig.
        ["tie_word_embeddings"] = true,
        // PretrainedConfig leaves torch_dtype null, which loads as float32.
        ["torch_dtype"] = "float32",
    };

    private static readonly Dictionary<string, Dictionary<string, object>> Families =
        new(StringComparer.Ordinal)
        {
            ["llama"] = Untied(("attention_bias", false), ("mlp_bias", false)),
            ["mistral"] = Untied(),
            ["mixtral"] = Untied(),
            ["qwen2"] = Untied(("use_sliding_window", false), ("max_window_layers", 28)),
            ["Dream"] = Untied(("use_sliding_window", false), ("max_window_layers", 28)),
            ["qwen3"] = Untied(
                ("use_sliding_window", false), ("max_window_layers", 28),
                ("attention_bias", false)),
            ["qwen2_moe"] = Untied(
                ("use_sliding_window", false), ("max_window_layers", 28),
                ("decoder_sparse_step", 1), ("qkv_bias", true)),
            ["qwen3_moe"] = Untied(
                ("use_sliding_window", false), ("attention_bias", false),
                ("decoder_sparse_step", 1)),
            ["qwen3_next"] = Qwen3Next(),
            ["qwen3_5_moe_text"] = Qwen3Next(),
            ["phi3"] = Untied(),
            ["phi"] = Untied(("qk_layernorm", false)),
            ["bitnet"] = Untied(("attention_bias", false)),
            ["gemma"] = Of(("attention_bias", false)),
            ["gemma2"] = Of(("attention_bias", false)),
            ["gemma3_text"] = Of(("attention_bias", false), ("sliding_window_pattern", 6)),
            ["deepseek_v2"] = Untied(
                ("attention_bias", false), ("moe_layer_freq", 1), ("topk_method", "greedy"),
                ("first_k_dense_replace", 0)),
            ["deepseek_v3"] = Untied(
                ("attention_bias", false), ("moe_layer_freq", 1), ("topk_method", "noaux_tc")),
            ["kimi_k2"] = Untied(
                ("attention_bias", false), ("moe_layer_freq", 1), ("topk_method", "noaux_tc")),
            ["minimax_m2"] = Untied(("use_qk_norm", true), ("use_routing_bias", true)),
            ["gpt_oss"] = Untied(("attention_bias", true)),
            ["gpt2"] = Of(),
            ["opt"] = Of(("do_layer_norm_before", true), ("enable_bias", true)),
            ["falcon"] = Of(
                ("alibi", false), ("bias", false), ("multi_query", true),
                ("new_decoder_architecture", false), ("parallel_attn", true)),
            ["bloom"] = Of(),
            ["llada"] = Untied(("weight_tying", false), ("include_bias", false),
                ("include_qkv_bias", false), ("rope", true)),
            ["mamba"] = Of(
                ("state_size", 16), ("conv_kernel", 4), ("expand", 2), ("use_bias", false),
                ("use_conv_bias", true)),
            ["mamba2"] = Untied(
                ("expand", 2), ("conv_kernel", 4), ("use_bias", false), ("use_conv_bias", true)),
            ["jamba"] = Untied(
                ("mamba_expand", 2), ("mamba_d_conv", 4), ("mamba_d_state", 16),
                ("mamba_conv_bias", true), ("mamba_proj_bias", false)),
            ["bamba"] = Untied(
                ("attention_bias", false), ("mlp_bias", false), ("mamba_expand", 2),
                ("mamba_conv_bias", true), ("mamba_proj_bias", false)),
            ["granitemoehybrid"] = Untied(
                ("attention_bias", false), ("mamba_expand", 2), ("mamba_conv_bias", true),
                ("mamba_proj_bias", false)),
            ["t5"] = Of(
                ("feed_forward_proj", "relu"), ("relative_attention_num_buckets", 32)),
            ["bart"] = Of(),
            ["clip_vision_model"] = Of(("num_channels", 3)),
            ["llava"] = Untied(("vision_feature_select_strategy", "default"),
                ("multimodal_projector_bias", true)),
        };

    /// <summary>The default of a member; null where the class has none that applies.</summary>
    public static object? Of(string family, string member) =>
        Families.TryGetValue(family, out var members) && members.TryGetValue(member, out var value)
            ? value
            : Everywhere.GetValueOrDefault(member);

    /// <summary>Whether a name is a <c>model_type</c>.</summary>
    public static bool IsFamily(string name) => Families.ContainsKey(name);

    private static Dictionary<string, object> Qwen3Next() => Untied(
        ("attention_bias", false), ("decoder_sparse_step", 1), ("full_attention_interval", 4));

    private static Dictionary<string, object> Untied(params (string, object)[] members) =>
        Of([("tie_word_embeddings", false), .. members]);

    private static Dictionary<string, object> Of(params (string Name, object Value)[] members) =>
        members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
}
