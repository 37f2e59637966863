using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>A model's shape, read from a Hugging Face <c>config.json</c>.</summary>
/// <remarks>
/// Own vocabulary: families differ in member names, not in what they are made of. Everything that
/// decides a tensor's size or an operator's work is here; training settings are not.
/// </remarks>
public sealed record ModelConfig
{
    /// <summary>The name to choose it by.</summary>
    public required string Id { get; init; }

    /// <summary>The <c>model_type</c> of the file, such as <c>llama</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Numbers per token between layers.</summary>
    public required int Hidden { get; init; }

    /// <summary>Rows of the embedding table and of the output head.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Layers of the language model (the decoder where there is an encoder).</summary>
    public required IReadOnlyList<LayerShape> Layers
    {
        get;
        init
        {
            field = value;
            Window = value.Select(layer => (layer.Mixer as AttentionShape)?.Window ?? 0)
                .FirstOrDefault(window => window > 0);
        }
    }

    /// <summary>Layers of the text encoder; empty for decoder-only models.</summary>
    public IReadOnlyList<LayerShape> EncoderLayers { get; init; } = [];

    /// <summary>The image encoder; null for text-only models.</summary>
    public VisionShape? Vision { get; init; }

    /// <summary>Numbers per row of the embedding table; differs from hidden in OPT-350M.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Rows of the learned position table; 0 where positions are computed.</summary>
    public int LearnedPositions { get; init; }

    /// <summary>Buckets of T5's relative attention bias, one table per stack; 0 for none.</summary>
    public int RelativeBuckets { get; init; }

    /// <summary>The norm after the last layer.</summary>
    public required NormKind FinalNorm { get; init; }

    /// <summary>The norm right after the embedding; most models have none.</summary>
    public NormKind EmbeddingNorm { get; init; }

    /// <summary>Whether the output head is the embedding table.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Whether the output head adds a bias.</summary>
    public bool HeadBias { get; init; }

    /// <summary>
    /// The longest context the model is made for, in tokens; null where unlimited.
    /// </summary>
    public required int? MaxContext { get; init; }

    /// <summary>The format of weights that are not quantised, and of activations.</summary>
    public required NumberFormat Format { get; init; }

    /// <summary>How the checkpoint's weights are quantised; null where they are not.</summary>
    public WeightScheme? Quantisation { get; init; }

    /// <summary>
    /// Tokens that a layer with a limited window sees, itself included; 0 where no layer is
    /// limited. All limited layers of a model share it.
    /// </summary>
    public int Window { get; private init; }

    /// <summary>Whether any layer has routed experts.</summary>
    public bool HasExperts => Layers.Any(layer => layer.FeedForward is ExpertMlp);

    /// <summary>Whether a text encoder reads the prompt.</summary>
    public bool HasEncoder => EncoderLayers.Count > 0;

    /// <summary>
    /// Whether each prompt token sees only what precedes it (not so in diffusion).
    /// </summary>
    public bool Causal =>
        !Layers.Any(layer => layer.Mixer is AttentionShape { Causal: false });
}
