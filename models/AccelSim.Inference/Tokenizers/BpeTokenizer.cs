using System.Text;
using AccelSim.Configuration;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Byte-pair encoding over bytes (GPT-2, Llama 3, Qwen) or characters (SentencePiece).
/// </summary>
/// <remarks>
/// Added tokens are cut out; what is left is normalised, cut into pieces, and each piece's bytes
/// or characters are merged.
/// </remarks>
internal sealed class BpeTokenizer(
    Vocabulary vocabulary, BpeMerges merges, AddedTokens added, BpeSteps steps) : ITokenizer
{
    private readonly int[] byteIds = steps.IsByteLevel
        ? [.. Enumerable.Range(0, 256).Select(
            value => vocabulary.Find([ByteAlphabet.Of(value)]) ?? -1)]
        : [.. Enumerable.Range(0, 256).Select(
            value => steps.HasByteTokens ? vocabulary.FindByte((byte)value) ?? -1 : -1)];

    /// <inheritdoc/>
    public int VocabularySize => vocabulary.Size;

    /// <inheritdoc/>
    public int? Find(string token) => vocabulary.Find(token);

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = Paired(text);
        var ids = new List<int>(text.Length / 3 + 4);
        if (addSpecial) ids.AddRange(steps.Before);
        foreach (var (from, to, token) in added.Cut(text))
        {
            if (token is not null) ids.Add(token.Id);
            else Plain(text[from..to], from == 0, ids);
        }
        if (addSpecial) ids.AddRange(steps.After);
        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        var decoder = Decoder(skipSpecial);
        foreach (var id in ids) text.Append(decoder.Push(id));
        return text.Append(decoder.Finish()).ToString();
    }

    /// <inheritdoc/>
    public TokenDecoder Decoder(bool skipSpecial = true) =>
        new(vocabulary, skipSpecial, steps.StripsSpace);

    /// <summary>UTF-16 halves that stand alone have no bytes; they become U+FFFD.</summary>
    private static string Paired(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text;
        var paired = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) paired.Append(rune);
        return paired.ToString();
    }

    private void Plain(string text, bool isFirst, List<int> ids)
    {
        foreach (var normalise in steps.Normalisers) text = normalise(text);
        IEnumerable<string> pieces = [text];
        foreach (var step in steps.PreTokenizers)
        {
            var before = pieces;
            var leads = isFirst;
            pieces = before.SelectMany((piece, i) => step(piece, leads && i == 0));
        }
        var symbols = new List<int>();
        foreach (var piece in pieces)
        {
            symbols.Clear();
            if (steps.IgnoresMerges && Whole(piece) is { } whole)
            {
                ids.Add(whole);
                continue;
            }
            if (steps.IsByteLevel) Bytes(piece, symbols);
            else Characters(piece, symbols);
            merges.Apply(symbols);
            ids.AddRange(symbols);
        }
    }

    private int? Whole(string piece) => piece.Length > Vocabulary.LongestToken ? null
        : vocabulary.Find(steps.IsByteLevel
            ? ByteAlphabet.Of(Encoding.UTF8.GetBytes(piece)) : piece);

    private void Bytes(string piece, List<int> symbols)
    {
        foreach (var value in Encoding.UTF8.GetBytes(piece)) symbols.Add(byteIds[value]);
    }

    private void Characters(string piece, List<int> symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        Span<char> chars = stackalloc char[2];
        foreach (var rune in piece.EnumerateRunes())
        {
            if (vocabulary.Find(chars[..rune.EncodeToUtf16(chars)]) is { } id)
            {
                symbols.Add(id);
                continue;
            }
            var encoded = bytes[..rune.EncodeToUtf8(bytes)];
            if (HasAll(encoded))
            {
                foreach (var value in encoded) symbols.Add(byteIds[value]);
            }
            else if (steps.Unknown is not { } unknown)
            {
                throw new ConfigException(steps.File, 0, "",
                    $"has no token for the character \"{rune}\", none for its bytes, and none for "
                    + "what is unknown.");
            }
            else if (!steps.FusesUnknown || symbols.Count == 0 || symbols[^1] != unknown)
            {
                symbols.Add(unknown);
            }
        }
    }

    private bool HasAll(ReadOnlySpan<byte> encoded)
    {
        foreach (var value in encoded)
        {
            if (byteIds[value] < 0) return false;
        }
        return true;
    }
}
