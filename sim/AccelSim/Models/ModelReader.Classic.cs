namespace AccelSim.Models;

/// <summary>Families older than Llama: LayerNorm, biases, MLPs of two matrices.</summary>
public static partial class ModelReader
{
    private static ModelConfig Gpt2(ConfigMembers m)
    {
        var hidden = m.Count("n_embd");
        var layer = Classic(
            Even(m, "n_embd", hidden, m.Count("n_head"), "n_head"),
            m.CountOrNull("n_inner") ?? 4 * hidden);
        return Uniform(m, layer, hidden, LayerCount(m, "n_layer")) with
        {
            LearnedPositions = m.Count("n_positions", MostPositions),
            MaxContext = m.Count("n_positions", MostPositions),
        };
    }

    private static ModelConfig Opt(ConfigMembers m)
    {
        var hidden = m.Count("hidden_size");
        var bias = m.Flag("enable_bias");
        var layer = Classic(
            Even(m, "hidden_size", hidden, m.Count("num_attention_heads"), "num_attention_heads"),
            m.Count("ffn_dim"), bias);
        var context = m.Count("max_position_embeddings", MostPositions);
        return Uniform(m, layer, hidden, LayerCount(m)) with
        {
            EmbeddingWidth = m.CountOr("word_embed_proj_dim", hidden),
            // The class keeps two rows of its position table free.
            LearnedPositions = context + 2,
            MaxContext = context,
            FinalNorm = m.Flag("do_layer_norm_before") ? NormKind.Layer : NormKind.None,
        };
    }

    private static ModelConfig Bloom(ConfigMembers m)
    {
        var width = m.FirstOf("hidden_size", "n_embed");
        var hidden = m.Count(width);
        var heads = m.FirstOf("n_head", "num_attention_heads");
        var layer = Classic(Even(m, width, hidden, m.Count(heads), heads), 4 * hidden);
        return Uniform(m, layer, hidden, LayerCount(m, m.FirstOf("n_layer", "num_hidden_layers")))
            with
        {
            EmbeddingNorm = NormKind.Layer,
            MaxContext = m.CountOrNull("seq_length", MostPositions),
        };
    }

    private static ModelConfig Falcon(ConfigMembers m)
    {
        var hidden = m.Count("hidden_size");
        var heads = m.Count("num_attention_heads");
        var isNew = m.Flag("new_decoder_architecture");
        var kvHeads = isNew ? m.CountOr("num_kv_heads", heads) : m.Flag("multi_query") ? 1 : heads;
        if (heads % kvHeads != 0)
        {
            throw m.Error("num_kv_heads",
                $"{kvHeads} does not divide num_attention_heads = {heads}; it must.");
        }
        var headDim = m.Quotient("hidden_size", hidden, "num_attention_heads", heads);
        var bias = m.Flag("bias");
        var parallel = isNew || m.Flag("parallel_attn");
        var layer = new LayerShape
        {
            Mixer = new AttentionShape(heads, kvHeads, headDim)
            {
                QkvBias = bias,
                OutputBias = bias,
                Rotary = !m.Flag("alibi"),
            },
            FeedForward = new DenseMlp(m.CountOr("ffn_hidden_size", 4 * hidden), false, bias),
            Norm = NormKind.Layer,
            // The new layer norms attention and MLP apart; the old parallel one norms once.
            FeedForwardNorms = !isNew && parallel ? 0 : 1,
            Parallel = parallel,
        };
        return Uniform(m, layer, hidden, LayerCount(m)) with
        {
            MaxContext = m.CountOrNull("max_position_embeddings", MostPositions),
        };
    }

    private static ModelConfig Phi(ConfigMembers m)
    {
        if (m.Flag("qk_layernorm"))
            throw m.Error("qk_layernorm", "true is not understood for this family; false is.");
        var hidden = m.Count("hidden_size");
        var layer = Classic(
            GroupedAttention(m) with { QkvBias = true, OutputBias = true },
            m.Count("intermediate_size")) with
        {
            FeedForwardNorms = 0,
            Parallel = true,
        };
        return Uniform(m, layer, hidden, LayerCount(m)) with
        {
            HeadBias = true,
            MaxContext = m.CountOrNull("max_position_embeddings", MostPositions),
        };
    }

    /// <summary>
    /// LLaDA is a Llama in which every token sees all others, under OLMo's names.
    /// </summary>
    private static ModelConfig Llada(ConfigMembers m)
    {
        m.Choice("block_type", "llama");
        var hidden = m.Count("d_model");
        var heads = m.Count("n_heads");
        var kvHeads = m.CountOr("n_kv_heads", heads);
        if (heads % kvHeads != 0)
            throw m.Error("n_kv_heads", $"{kvHeads} does not divide n_heads = {heads}; it must.");
        var bias = m.Flag("include_bias");
        var layer = new LayerShape
        {
            Mixer = new AttentionShape(
                heads, kvHeads, m.Quotient("d_model", hidden, "n_heads", heads))
            {
                QkvBias = bias || m.Flag("include_qkv_bias"),
                OutputBias = bias,
                Rotary = m.Flag("rope"),
                Causal = false,
            },
            FeedForward = new DenseMlp(m.Count("mlp_hidden_size"), true, bias),
            Norm = NormKind.Rms,
        };
        var model = Uniform(m, layer, hidden, LayerCount(m, "n_layers")) with
        {
            FinalNorm = NormKind.Rms,
            TiedEmbeddings = m.Flag("weight_tying"),
            MaxContext = m.CountOrNull("max_sequence_length", MostPositions),
        };
        var rows = m.CountOrNull("embedding_size", MostWords) ?? model.Vocabulary;
        return model with { Vocabulary = Math.Max(rows, model.Vocabulary) };
    }

    private static LayerShape Classic(
        AttentionShape attention, int intermediate, bool bias = true) =>
        new()
        {
            Mixer = attention with { QkvBias = bias, OutputBias = bias },
            FeedForward = new DenseMlp(intermediate, Gated: false, bias),
            Norm = NormKind.Layer,
        };

    private static AttentionShape Even(
        ConfigMembers m, string widthName, int width, int heads, string headsName) =>
        new(heads, heads, m.Quotient(widthName, width, headsName, heads));

    private static ModelConfig Uniform(ConfigMembers m, LayerShape layer, int hidden, int layers) =>
        new()
        {
            Id = "",
            Family = m.Family,
            Hidden = hidden,
            EmbeddingWidth = hidden,
            Vocabulary = m.Count("vocab_size", MostWords),
            Layers = Repeat(layer, layers),
            FinalNorm = NormKind.Layer,
            TiedEmbeddings = m.Flag("tie_word_embeddings"),
            MaxContext = null,
            Format = m.Format(),
        };
}
