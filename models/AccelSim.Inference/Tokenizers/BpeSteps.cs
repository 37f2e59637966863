namespace AccelSim.Inference.Tokenizers;

/// <summary>What a tokenizer does besides merging.</summary>
internal sealed record BpeSteps
{
    /// <summary>The file, for messages.</summary>
    public required string File { get; init; }

    /// <summary>Whether symbols are bytes rather than characters.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Whether tokens such as <c>&lt;0x0A&gt;</c> stand for bytes.</summary>
    public bool HasByteTokens { get; init; }

    /// <summary>Whether a piece that is a token is not merged from its symbols.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Whether a first space is taken off again when decoding.</summary>
    public bool StripsSpace { get; init; }

    /// <summary>The token for characters that have none.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether several unknown characters in a row are one token.</summary>
    public bool FusesUnknown { get; init; }

    public IReadOnlyList<Func<string, string>> Normalisers { get; init; } = [];

    public IReadOnlyList<PreTokenizer> PreTokenizers { get; init; } = [];

    /// <summary>Tokens put in front of a text.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    /// <summary>Tokens put behind a text.</summary>
    public IReadOnlyList<int> After { get; init; } = [];
}
