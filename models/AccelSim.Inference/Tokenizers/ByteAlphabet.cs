using System.Text;

namespace AccelSim.Inference.Tokenizers;

/// <summary>GPT-2's printable stand-in for each byte (Radford 2019, encoder.py).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = Make();
    private static readonly Dictionary<char, byte> Back =
        Chars.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => (byte)p.i);

    /// <summary>The stand-in of a byte.</summary>
    public static char Of(int value) => Chars[value];

    /// <summary>The stand-ins of a text's bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes) text.Append(Chars[value]);
        return text.ToString();
    }

    /// <summary>The bytes that stand-ins stand for; null where a character is none.</summary>
    public static byte[]? Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Back.TryGetValue(token[i], out bytes[i])) return null;
        }
        return bytes;
    }

    private static char[] Make()
    {
        var chars = new char[256];
        var extra = 256;
        for (var i = 0; i < chars.Length; i++)
        {
            var isPlain = i is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
            chars[i] = (char)(isPlain ? i : extra++);
        }
        return chars;
    }
}
