using System.Globalization;
using System.Text;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Tokens, their ids and the bytes that they stand for.</summary>
internal sealed class Vocabulary
{
    /// <summary>Tokens that any vocabulary has at most.</summary>
    public const int MostTokens = 4 << 20;

    /// <summary>The longest token, in characters.</summary>
    public const int LongestToken = 65_536;

    /// <summary>SentencePiece's stand-in for a space.</summary>
    public const char Space = '\u2581';

    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly List<string?> tokens = [];
    private readonly List<byte[]?> bytes = [];
    private readonly HashSet<int> specials = [];

    public Vocabulary() => lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>One more than the largest id.</summary>
    public int Size => tokens.Count;

    /// <summary>Adds a token of the model; false where token or id are taken or out of range.
    /// </summary>
    public bool TryAdd(string token, long id)
    {
        if (id is < 0 or >= MostTokens || token.Length > LongestToken) return false;
        if ((id < tokens.Count && tokens[(int)id] is not null) || !ids.TryAdd(token, (int)id))
            return false;
        while (tokens.Count <= id)
        {
            tokens.Add(null);
            bytes.Add(null);
        }
        tokens[(int)id] = token;
        return true;
    }

    /// <summary>Makes a token stand for its own text, and, if special, for nothing at times.
    /// </summary>
    public void SetAdded(int id, bool isSpecial)
    {
        bytes[id] = Encoding.UTF8.GetBytes(tokens[id]!);
        if (isSpecial) specials.Add(id);
    }

    /// <summary>Fixes what all other tokens stand for.</summary>
    public void SetBytes(bool isByteLevel, bool hasByteTokens)
    {
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is not { } token || bytes[id] is not null) continue;
            bytes[id] = isByteLevel
                ? ByteAlphabet.Bytes(token) ?? Encoding.UTF8.GetBytes(token)
                : hasByteTokens && ByteOf(token) is { } value
                    ? [value]
                    : Encoding.UTF8.GetBytes(token.Replace(Space, ' '));
        }
    }

    public int? Find(ReadOnlySpan<char> token) =>
        lookup.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token of an id; null where there is none.</summary>
    public string? Token(int id) => id >= 0 && id < tokens.Count ? tokens[id] : null;

    /// <summary>What a token stands for.</summary>
    public ReadOnlySpan<byte> Bytes(int id, bool skipSpecial) =>
        id < 0 || id >= tokens.Count || (skipSpecial && specials.Contains(id)) ? [] : bytes[id];

    /// <summary>The token of a byte that no token of characters has.</summary>
    public int? FindByte(byte value) =>
        Find(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));

    private static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(
            token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out var value) ? value : null;
}
