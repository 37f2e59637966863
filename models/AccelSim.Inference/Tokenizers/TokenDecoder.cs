using System.Text;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Text of tokens as they come; a character is held back until its bytes are whole.
/// </summary>
public sealed class TokenDecoder
{
    private readonly Vocabulary vocabulary;
    private readonly bool skipSpecial;
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private bool stripsSpace;

    internal TokenDecoder(Vocabulary vocabulary, bool skipSpecial, bool stripsSpace)
    {
        this.vocabulary = vocabulary;
        this.skipSpecial = skipSpecial;
        this.stripsSpace = stripsSpace;
    }

    /// <summary>What the next token adds; empty while a character is incomplete.</summary>
    public string Push(int id)
    {
        var bytes = vocabulary.Bytes(id, skipSpecial);
        // The space that encoding put before the text is not of the text.
        if (stripsSpace && bytes.Length > 0)
        {
            stripsSpace = false;
            if (bytes[0] == ' ') bytes = bytes[1..];
        }
        return Text(bytes, isLast: false);
    }

    /// <summary>What is held back: U+FFFD for a character that never became whole.</summary>
    public string Finish() => Text([], isLast: true);

    private string Text(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length + 4)];
        return new(chars, 0, decoder.GetChars(bytes, chars, isLast));
    }
}
