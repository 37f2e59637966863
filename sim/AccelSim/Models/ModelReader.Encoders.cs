namespace AccelSim.Models;

public static partial class ModelReader
{
    private static ModelConfig T5(ConfigMembers m)
    {
        var hidden = m.Count("d_model");
        var heads = m.Count("num_heads");
        var attention = new AttentionShape(heads, heads, m.Count("d_kv"));
        var projection = m.Choice(
            "feed_forward_proj", "gated-gelu", "gated-silu", "gelu", "relu", "silu");
        var layer = new LayerShape
        {
            Mixer = attention,
            FeedForward = new DenseMlp(
                m.Count("d_ff"), projection.StartsWith("gated-", StringComparison.Ordinal), false),
            Norm = NormKind.Rms,
        };
        var encoderLayers = LayerCount(m, "num_layers");
        return Uniform(m, layer with { Cross = attention }, hidden,
            m.CountOrNull("num_decoder_layers", MostLayers) ?? encoderLayers) with
        {
            EncoderLayers = Repeat(layer with { Mixer = attention with { Causal = false } },
                encoderLayers),
            FinalNorm = NormKind.Rms,
            RelativeBuckets = m.Count("relative_attention_num_buckets"),
            MaxContext = m.CountOrNull("n_positions", MostPositions),
        };
    }

    private static ModelConfig Bart(ConfigMembers m)
    {
        var hidden = m.Count("d_model");
        var context = m.Count("max_position_embeddings", MostPositions);
        var decoder = BartLayer(m, "decoder", hidden);
        var encoder = BartLayer(m, "encoder", hidden);
        return Uniform(
            m, decoder with { Cross = (AttentionShape)decoder.Mixer }, hidden,
            LayerCount(m, "decoder_layers")) with
        {
            EncoderLayers = Repeat(encoder, LayerCount(m, "encoder_layers")),
            EmbeddingNorm = NormKind.Layer,
            FinalNorm = NormKind.None,
            // The class keeps two rows of each position table free.
            LearnedPositions = context + 2,
            MaxContext = context,
        };
    }

    private static LayerShape BartLayer(ConfigMembers m, string stack, int hidden)
    {
        var headsName = stack + "_attention_heads";
        var attention = Even(m, "d_model", hidden, m.Count(headsName), headsName);
        return Classic(
            attention with { Causal = stack == "decoder" }, m.Count(stack + "_ffn_dim"));
    }

    /// <summary>
    /// LLaVA 1.5: a CLIP encoder, two matrices, and the model of <c>text_config</c>.
    /// </summary>
    private static ModelConfig Llava(ConfigMembers m)
    {
        var text = Text(m.Child("text_config"));
        var vision = m.Child("vision_config", "clip_vision_model");
        vision.Choice("model_type", "clip_vision_model");
        var hidden = vision.Count("hidden_size");
        var patch = vision.Count("patch_size");
        var side = vision.Quotient(
            "image_size", vision.Count("image_size", 16384), "patch_size", patch);
        var layer = Classic(
            Even(vision, "hidden_size", hidden, vision.Count("num_attention_heads"),
                "num_attention_heads"),
            vision.Count("intermediate_size"));
        var dropsClass = m.Choice("vision_feature_select_strategy", "default", "full")
            == "default";
        return text with
        {
            Family = m.Family,
            Vision = new VisionShape
            {
                Hidden = hidden,
                Layers = Repeat(layer, LayerCount(vision)),
                Patch = patch,
                Channels = vision.Count("num_channels"),
                PatchBias = false,
                Tokens = side * side + 1,
                ClassToken = true,
                StackNorms = 2,
                OutputTokens = side * side + (dropsClass ? 0 : 1),
                ProjectorWidths = [hidden, text.Hidden, text.Hidden],
                ProjectorBias = m.Flag("multimodal_projector_bias"),
            },
        };
    }
}
