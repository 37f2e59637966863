namespace AccelSim.Models;

/// <summary>A vision transformer and the projector into the language model.</summary>
public sealed record VisionShape
{
    /// <summary>Numbers per patch between layers.</summary>
    public required int Hidden { get; init; }

    /// <summary>Its layers.</summary>
    public required IReadOnlyList<LayerShape> Layers { get; init; }

    /// <summary>Pixels along one side of a patch.</summary>
    public required int Patch { get; init; }

    /// <summary>Colours.</summary>
    public required int Channels { get; init; }

    /// <summary>Whether the patch embedding adds a bias.</summary>
    public required bool PatchBias { get; init; }

    /// <summary>
    /// Tokens that its layers see per image: patches, plus one where a class is added.
    /// </summary>
    public required int Tokens { get; init; }

    /// <summary>Whether a learned class token stands before the patches.</summary>
    public required bool ClassToken { get; init; }

    /// <summary>Norms of whole stack: before and after the layers.</summary>
    public required int StackNorms { get; init; }

    /// <summary>Tokens that reach the language model per image.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>Widths of the projector's matrices, from the encoder's to the model's.</summary>
    public required IReadOnlyList<int> ProjectorWidths { get; init; }

    /// <summary>Whether the projector's matrices add a bias.</summary>
    public required bool ProjectorBias { get; init; }

    /// <summary>Whether the projector norms its input (Gemma 3).</summary>
    public bool ProjectorNorm { get; init; }
}
