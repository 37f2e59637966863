using System.Text;
using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Workloads;
using AccelSim.Workloads.Readers;

namespace AccelSim.Traces;

/// <summary>Says what a file is that was given in a captured run's place.</summary>
internal static class WrongTrace
{
    /// <summary>Every header has it near its beginning.</summary>
    private static ReadOnlySpan<byte> Schema => "\"accelsim-operators/"u8;

    /// <summary>Whether a file begins as a captured run does, be the rest as wrong as it may.
    /// </summary>
    /// <param name="start">Its first bytes, unpacked.</param>
    public static bool IsTrace(ReadOnlySpan<byte> start) => start.IndexOf(Schema) >= 0;

    /// <summary>Refuses a file that is not packed, though its name says so.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <exception cref="ConfigException">It is not packed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void RefuseUnpacked(string file)
    {
        Span<byte> start = stackalloc byte[2];
        using var stream = File.OpenRead(file);
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read == start.Length && !IsPacked(start))
            throw Error(file, 0, "its name ends with .gz, but it is not packed with gzip");
    }

    /// <summary>The error for what does not begin as a captured run does.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="start">Its first bytes, unpacked.</param>
    public static ConfigException Of(string file, ReadOnlySpan<byte> start) =>
        Error(file, 1, Found(file, start));

    /// <summary>The error for a folder.</summary>
    /// <param name="folder">The folder as the user named it.</param>
    public static ConfigException OfFolder(string folder) => Error(folder, 0, "it is a folder");

    private static ConfigException Error(string file, int line, string found) => new(file, line, "",
        $"is no captured run: {found}; \"accelsim capture\" and \"accelsim measure\" write one, "
        + "such as run.jsonl.gz.");

    private static string Found(string file, ReadOnlySpan<byte> start)
    {
        if (IsPacked(start))
        {
            return file.EndsWith(".gz", StringComparison.Ordinal)
                ? "it is packed with gzip twice"
                : "it is packed with gzip, but its name does not end with .gz";
        }
        var text = start.TrimStart("\uFEFF"u8).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty) return "it is empty";
        if (IsBinary(text)) return "it is binary";
        var isJson = text[0] is (byte)'{' or (byte)'[';
        if (isJson && (text.IndexOf("\"traceEvents\""u8) >= 0 || text.IndexOf("\"ph\""u8) >= 0))
        {
            return "it is a Chrome trace; of a PyTorch profile \"accelsim import\" makes tables "
                + "of kernel times";
        }
        if (text[0] != (byte)'[' && WorkloadReader.FormatOf(file, text.ToArray()) is { } format)
        {
            return $"it lists requests ({format}), which \"accelsim compare --run\" takes where "
                + "they have times, and \"accelsim simulate --requests\"";
        }
        return text[0] == (byte)'{' ? OfObject(text) : $"it begins with {FirstLine(text)}";
    }

    /// <summary>An object is known by its first members.</summary>
    private static string OfObject(ReadOnlySpan<byte> text)
    {
        var names = Members(text);
        return names.Contains("model_type") || names.Contains("architectures")
                ? "it is a model's config.json, which --model takes"
            : names.Intersect(["extends", "memory", "pools", "kernelClass", "fabric"]).Any()
                ? "it describes hardware, which --hardware takes"
            : names is [var first, ..]
                ? $"it is JSON that begins with the member {TraceFile.Show(first)}"
            : $"it begins with {FirstLine(text)}";
    }

    private static bool IsPacked(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    private static bool IsBinary(ReadOnlySpan<byte> text)
    {
        // A character may be cut at the end of what was read.
        const int longestCharacter = 4;
        var whole = text.Length > 2 * longestCharacter ? text[..^longestCharacter] : text;
        return text.Contains((byte)0)
            || Encoding.UTF8.GetString(whole).Count(c => c == '\uFFFD') > 1;
    }

    private static string FirstLine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        return TraceFile.Show((end < 0 ? text : text[..end]).TrimEnd((byte)'\r'));
    }

    /// <summary>The outermost members, as far as the text is there and sound.</summary>
    private static List<string> Members(ReadOnlySpan<byte> text)
    {
        List<string> names = [];
        var reader = new Utf8JsonReader(
            text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
            }));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                    names.Add(TraceFile.Unescape(ref reader));
            }
        }
        catch (JsonException)
        {
            // What came before tells what it is.
        }
        return names;
    }
}
