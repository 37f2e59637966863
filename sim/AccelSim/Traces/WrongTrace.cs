using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads;
using AccelSim.Workloads.Readers;

namespace AccelSim.Traces;

/// <summary>Says what a file is that was given in a captured run's place.</summary>
internal static class WrongTrace
{
    /// <summary>Refuses a file that is not packed, though its name says so.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <exception cref="ConfigException">It is not packed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void RefuseUnpacked(string file)
    {
        Span<byte> start = stackalloc byte[2];
        using var stream = File.OpenRead(file);
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read == start.Length && !CheckedGzip.IsPacked(start))
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
        if (CheckedGzip.IsPacked(start))
        {
            return file.EndsWith(".gz", StringComparison.Ordinal)
                ? "it is packed with gzip twice"
                : "it is packed with gzip, but its name does not end with .gz";
        }
        var text = start.TrimStart("\uFEFF"u8).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty) return "it is empty";
        if (IsBinary(text)) return "it is binary";
        if (text[0] != (byte)'[' && WorkloadReader.FormatOf(file, text.ToArray()) is { } format)
        {
            return $"it lists requests ({format}), which \"accelsim compare --run\" takes where "
                + "they have times, and \"accelsim simulate --requests\"";
        }
        if (KnownFile.Of(text) is { } known) return known;
        return text[0] == (byte)'{' && KnownFile.Members(text) is [var first, ..]
            ? $"it is JSON that begins with the member {TraceFile.Show(first)}"
            : $"it begins with {FirstLine(text)}";
    }

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
}
