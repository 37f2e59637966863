namespace AccelSim.Models;

public static partial class ModelReader
{
    private static ModelConfig Mamba(ConfigMembers m)
    {
        var hidden = m.Count("hidden_size");
        var inner = m.CountOrNull("intermediate_size") ?? Expanded(m, "expand", hidden);
        var layer = MixerOnly(new MambaShape(
            inner, m.Count("state_size"), m.Count("conv_kernel"),
            StepRank(m, "time_step_rank", hidden), m.Flag("use_conv_bias"), m.Flag("use_bias"),
            InnerNorms: false));
        return Decoder(m, Repeat(layer, LayerCount(m)));
    }

    private static ModelConfig Mamba2(ConfigMembers m)
    {
        var hidden = m.Count("hidden_size");
        var shape = new Mamba2Shape(
            m.Count("num_heads"), m.Count("head_dim"), m.Count("state_size"),
            m.Count("n_groups"), m.Count("conv_kernel"), m.Flag("use_conv_bias"),
            m.Flag("use_bias"));
        CheckHeads(m, "num_heads", shape, Expanded(m, "expand", hidden));
        return Decoder(m, Repeat(MixerOnly(shape), LayerCount(m)));
    }

    private static ModelConfig Jamba(ConfigMembers m)
    {
        var hidden = m.Count("hidden_size");
        var attention = GroupedAttention(m) with { Rotary = false };
        var mamba = new MambaShape(
            Expanded(m, "mamba_expand", hidden), m.Count("mamba_d_state"),
            m.Count("mamba_d_conv"), StepRank(m, "mamba_dt_rank", hidden),
            m.Flag("mamba_conv_bias"), m.Flag("mamba_proj_bias"), InnerNorms: true);
        var experts = Routed(m, "num_experts", "intermediate_size");
        var dense = new DenseMlp(m.Count("intermediate_size"), Gated: true, Bias: false);
        var (attentionPeriod, attentionOffset) =
            (m.Count("attn_layer_period"), m.Index("attn_layer_offset"));
        var (expertPeriod, expertOffset) =
            (m.Count("expert_layer_period"), m.Index("expert_layer_offset"));
        return Decoder(m, [.. Enumerable.Range(0, LayerCount(m)).Select(i => new LayerShape
        {
            Mixer = i % attentionPeriod == attentionOffset ? attention : mamba,
            FeedForward = i % expertPeriod == expertOffset ? experts : dense,
            Norm = NormKind.Rms,
        })]);
    }

    private static ModelConfig Bamba(ConfigMembers m)
    {
        var layers = LayerCount(m);
        var attention = Biased(m, GroupedAttention(m));
        var mamba = PrefixedMamba2(m);
        var attentionLayers = m.Layers("attn_layer_indices", layers);
        var mlp = new DenseMlp(m.Count("intermediate_size"), Gated: true, m.Flag("mlp_bias"));
        return Decoder(m, [.. Enumerable.Range(0, layers).Select(i => new LayerShape
        {
            Mixer = attentionLayers.Contains(i) ? attention : mamba,
            FeedForward = mlp,
            Norm = NormKind.Rms,
        })]);
    }

    private static ModelConfig Granite(ConfigMembers m)
    {
        var layers = LayerCount(m);
        var attention = Biased(m, GroupedAttention(m)) with
        {
            Rotary = m.Choice("position_embedding_type", "nope", "rope") == "rope",
        };
        var mamba = PrefixedMamba2(m);
        var shared = m.Count("shared_intermediate_size");
        FeedForward feedForward = m.Index("num_local_experts") == 0
            ? new DenseMlp(shared, Gated: true, Bias: false)
            : Routed(m, "num_local_experts", "intermediate_size") with
            {
                SharedIntermediate = shared,
            };
        var kinds = m.LayerKinds("layer_types", layers, "attention", "mamba")
            ?? throw m.Error("layer_types", "is missing; it lists \"mamba\" or \"attention\" for "
                + $"each of the {layers} layers.");
        return Decoder(m, [.. kinds.Select(kind => new LayerShape
        {
            Mixer = kind == "attention" ? attention : mamba,
            FeedForward = feedForward,
            Norm = NormKind.Rms,
        })]);
    }

    private static ModelConfig Qwen3Next(ConfigMembers m)
    {
        var layers = LayerCount(m);
        var attention = Qwen3Attention(m, GroupedAttention(m)) with { OutputGate = true };
        var delta = new DeltaShape(
            m.Count("linear_num_key_heads"), m.Count("linear_num_value_heads"),
            m.Count("linear_key_head_dim"), m.Count("linear_value_head_dim"),
            m.Count("linear_conv_kernel_dim"));
        m.Quotient("linear_num_value_heads", delta.ValueHeads, "linear_num_key_heads",
            delta.KeyHeads);
        var feedForward = SparseSteps(m, Routed(m, "num_experts", "moe_intermediate_size") with
        {
            SharedIntermediate = m.Count("shared_expert_intermediate_size"),
            SharedGate = true,
        });
        var kinds = m.LayerKinds("layer_types", layers, Full, "linear_attention");
        var interval = m.Count("full_attention_interval");
        return Decoder(m, [.. Enumerable.Range(0, layers).Select(i => new LayerShape
        {
            Mixer = (kinds is null ? (i + 1) % interval == 0 : kinds[i] == Full)
                ? attention
                : delta,
            FeedForward = feedForward(i),
            Norm = NormKind.Rms,
        })]);
    }

    private static Mamba2Shape PrefixedMamba2(ConfigMembers m)
    {
        var shape = new Mamba2Shape(
            m.Count("mamba_n_heads"), m.Count("mamba_d_head"), m.Count("mamba_d_state"),
            m.Count("mamba_n_groups"), m.Count("mamba_d_conv"), m.Flag("mamba_conv_bias"),
            m.Flag("mamba_proj_bias"));
        CheckHeads(m, "mamba_n_heads", shape,
            Expanded(m, "mamba_expand", m.Count("hidden_size")));
        return shape;
    }

    private static void CheckHeads(ConfigMembers m, string name, Mamba2Shape shape, int inner)
    {
        if (shape.Inner != inner)
        {
            throw m.Error(name,
                $"{shape.Heads} heads of {shape.HeadDim} make {shape.Inner} channels, but hidden "
                + $"size × expansion is {inner}; they must be equal.");
        }
    }

    private static int Expanded(ConfigMembers m, string name, int hidden)
    {
        var inner = m.Positive(name) * hidden;
        return inner == Math.Floor(inner) && inner <= 1 << 24
            ? (int)inner
            : throw m.Error(name, $"times the hidden size {hidden} makes {inner} channels; "
                + "expected a whole number of them up to 16,777,216.");
    }

    /// <summary>The classes read "auto" as a sixteenth of the hidden size, rounded up.</summary>
    private static int StepRank(ConfigMembers m, string name, int hidden) =>
        m.IsText(name, "auto") ? (hidden + 15) / 16 : m.Count(name);

    private static AttentionShape Biased(ConfigMembers m, AttentionShape shape) => shape with
    {
        QkvBias = m.Flag("attention_bias"),
        OutputBias = m.Flag("attention_bias"),
    };

    private static LayerShape MixerOnly(Mixer mixer) => new()
    {
        Mixer = mixer,
        FeedForward = null,
        Norm = NormKind.Rms,
    };
}
