namespace AccelSim.Inference.Tokenizers;

/// <summary>Text to tokens and back.</summary>
public interface ITokenizer
{
    /// <summary>One more than the largest id.</summary>
    int VocabularySize { get; }

    /// <summary>The id of a token as the file writes it; null where there is none.</summary>
    int? Find(string token);

    /// <summary>Tokens of a text. Special tokens written in it become themselves.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecial">Whether to add what the file puts around a text.</param>
    int[] Encode(string text, bool addSpecial = true);

    /// <summary>The text of tokens; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Ids; those that are not in the vocabulary stand for nothing.</param>
    /// <param name="skipSpecial">Whether special tokens stand for nothing.</param>
    string Decode(IEnumerable<int> ids, bool skipSpecial = true);

    /// <summary>Decodes token by token.</summary>
    TokenDecoder Decoder(bool skipSpecial = true);
}
