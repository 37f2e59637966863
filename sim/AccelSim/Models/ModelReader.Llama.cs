namespace AccelSim.Models;

public static partial class ModelReader
{
    private static ModelConfig Llama(ConfigMembers m) => Dense(m, shape => shape with
    {
        QkvBias = m.Flag("attention_bias"),
        OutputBias = m.Flag("attention_bias"),
    }, m.Flag("mlp_bias"));

    private static ModelConfig Mistral(ConfigMembers m) => Dense(m, shape => shape);

    private static ModelConfig Phi3(ConfigMembers m) => Dense(m, shape => shape);

    private static ModelConfig Qwen2(ConfigMembers m) =>
        Dense(m, shape => shape with { QkvBias = true });

    /// <summary>Dream is Qwen2 in which every token sees all others.</summary>
    private static ModelConfig Dream(ConfigMembers m) =>
        Dense(m, shape => shape with { QkvBias = true, Causal = false });

    private static ModelConfig Qwen3(ConfigMembers m) =>
        Dense(m, shape => Qwen3Attention(m, shape));

    /// <summary>BitNet b1.58 norms before the second matrix of attention and of the MLP.</summary>
    private static ModelConfig BitNet(ConfigMembers m) => Dense(
        m,
        shape => shape with
        {
            QkvBias = m.Flag("attention_bias"),
            OutputBias = m.Flag("attention_bias"),
            OutputNorm = true,
        },
        new DenseMlp(m.Count("intermediate_size"), Gated: true, Bias: false, InnerNorm: true));

    private static ModelConfig Gemma(ConfigMembers m) =>
        Dense(m, shape => GemmaAttention(m, shape));

    private static ModelConfig Gemma2(ConfigMembers m) =>
        TwiceNormed(Dense(m, shape => GemmaAttention(m, shape)));

    private static ModelConfig Gemma3(ConfigMembers m) =>
        TwiceNormed(Dense(m, shape => GemmaAttention(m, shape) with { QkNorm = true }));

    private static AttentionShape GemmaAttention(ConfigMembers m, AttentionShape shape) =>
        shape with
        {
            QkvBias = m.Flag("attention_bias"),
            OutputBias = m.Flag("attention_bias"),
        };

    /// <summary>Gemma 2 and 3 norm the input and the output of both parts of a layer.</summary>
    private static ModelConfig TwiceNormed(ModelConfig model) => model with
    {
        Layers = [.. model.Layers.Select(layer => layer with
        {
            MixerNorms = 2,
            FeedForwardNorms = 2,
        })],
    };

    private static AttentionShape Qwen3Attention(ConfigMembers m, AttentionShape shape) =>
        shape with
        {
            QkNorm = true,
            QkvBias = m.Flag("attention_bias"),
            OutputBias = m.Flag("attention_bias"),
        };

    private static ModelConfig Dense(
        ConfigMembers m, Func<AttentionShape, AttentionShape> refine, bool mlpBias = false) =>
        Dense(m, refine, new DenseMlp(m.Count("intermediate_size"), Gated: true, mlpBias));

    /// <summary>A decoder of RMSNorm, rotary attention, MLP.</summary>
    private static ModelConfig Dense(
        ConfigMembers m, Func<AttentionShape, AttentionShape> refine, DenseMlp mlp)
    {
        var attention = refine(GroupedAttention(m));
        return Decoder(m, [.. Windows(m).Select(window => new LayerShape
        {
            Mixer = attention with { Window = window },
            FeedForward = mlp,
            Norm = NormKind.Rms,
        })]);
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

    private static int LayerCount(ConfigMembers m, string name = "num_hidden_layers") =>
        m.Count(name, MostLayers);

    private static LayerShape[] Repeat(LayerShape layer, int count) =>
        [.. Enumerable.Repeat(layer, count)];

    private const int MostLayers = 4096;
    private const int MostWords = 16 << 20;
    private const int MostPositions = 1 << 30;
}
