namespace AccelSim.Models;

public static partial class ModelReader
{
    private static ModelConfig Llama(ConfigMembers m) => Dense(m, shape => shape with
    {
        QkvBias = m.Flag("attention_bias"),
        OutputBias = m.Flag("attention_bias"),
    }, m.Flag("mlp_bias"));

    private static ModelConfig Mistral(ConfigMembers m) => Dense(m, shape => shape with
    {
        Window = WindowWithin(m),
    });

    private static ModelConfig Phi3(ConfigMembers m) => Mistral(m);

    private static ModelConfig Qwen2(ConfigMembers m)
    {
        NoSlidingSwitch(m);
        return Dense(m, shape => shape with { QkvBias = true });
    }

    /// <summary>Dream is Qwen2 in which every token sees all others.</summary>
    private static ModelConfig Dream(ConfigMembers m)
    {
        NoSlidingSwitch(m);
        return Dense(m, shape => shape with { QkvBias = true, Causal = false });
    }

    private static ModelConfig Qwen3(ConfigMembers m)
    {
        NoSlidingSwitch(m);
        return Dense(m, shape => Qwen3Attention(m, shape));
    }

    private static AttentionShape Qwen3Attention(ConfigMembers m, AttentionShape shape) =>
        shape with
        {
            QkNorm = true,
            QkvBias = m.Flag("attention_bias"),
            OutputBias = m.Flag("attention_bias"),
        };

    /// <summary>A decoder of like layers: RMSNorm, rotary attention, gated MLP.</summary>
    private static ModelConfig Dense(
        ConfigMembers m, Func<AttentionShape, AttentionShape> refine, bool mlpBias = false)
    {
        var layer = new LayerShape
        {
            Mixer = refine(GroupedAttention(m)),
            FeedForward = new DenseMlp(m.Count("intermediate_size"), Gated: true, mlpBias),
            Norm = NormKind.Rms,
        };
        return Decoder(m, Repeat(layer, LayerCount(m)));
    }

    private static ModelConfig Decoder(ConfigMembers m, IReadOnlyList<LayerShape> layers) => new()
    {
        Id = "",
        Family = m.Family,
        Hidden = m.Count("hidden_size"),
        EmbeddingWidth = m.Count("hidden_size"),
        Vocabulary = m.Count("vocab_size", MostWords),
        Layers = layers,
        FinalNorm = NormKind.Rms,
        TiedEmbeddings = m.Flag("tie_word_embeddings"),
        MaxContext = m.CountOrNull("max_position_embeddings", MostPositions),
        Format = m.Format(),
    };

    /// <summary>Grouped-query attention; files without key/value heads mean one per head.</summary>
    private static AttentionShape GroupedAttention(ConfigMembers m)
    {
        var heads = m.Count("num_attention_heads");
        var kvHeads = m.CountOr("num_key_value_heads", heads);
        if (heads % kvHeads != 0)
        {
            throw m.Error("num_key_value_heads",
                $"{kvHeads} does not divide num_attention_heads = {heads}; it must.");
        }
        var hidden = m.Count("hidden_size");
        var headDim = m.CountOrNull("head_dim")
            ?? m.Quotient("hidden_size", hidden, "num_attention_heads", heads);
        return new AttentionShape(heads, kvHeads, headDim) { Rotary = true };
    }

    /// <summary>A window that covers the whole context limits nothing.</summary>
    private static int WindowWithin(ConfigMembers m)
    {
        var window = m.CountOrNull("sliding_window", MostPositions) ?? 0;
        return window >= m.CountOrNull("max_position_embeddings", MostPositions) ? 0 : window;
    }

    private static void NoSlidingSwitch(ConfigMembers m)
    {
        if (m.Flag("use_sliding_window"))
        {
            throw m.Error("use_sliding_window",
                "true is not understood: which layers slide is not in the file as layer_types; "
                + "false is.");
        }
    }

    private static int LayerCount(ConfigMembers m, string name = "num_hidden_layers") =>
        m.Count(name, MostLayers);

    private static LayerShape[] Repeat(LayerShape layer, int count) =>
        [.. Enumerable.Repeat(layer, count)];

    private const int MostLayers = 4096;
    private const int MostWords = 16 << 20;
    private const int MostPositions = 1 << 30;
}
