using System.Text;
using AccelSim.Configuration;

namespace AccelSim.Workloads.Readers;

/// <summary>A trace in memory, with what every error about it needs.</summary>
/// <param name="Name">The file as the user named it.</param>
/// <param name="Bytes">Its text, byte order mark removed.</param>
/// <param name="Options">How to read it.</param>
internal sealed record TraceFile(
    string Name, ReadOnlyMemory<byte> Bytes, WorkloadReadOptions Options)
{
    /// <summary>Requests to read at most.</summary>
    public int Limit => Options.MaxRequests ?? WorkloadLimits.MaxRequests;

    /// <summary>An error in this file.</summary>
    public ConfigException Error(int line, string path, string problem) =>
        new(Name, line, path, problem);

    /// <summary>What is packed into more than this is no list of requests.</summary>
    private const long MostUnpacked = 1L << 30;

    /// <summary>Unpacks it where it is packed, and checks that there is text at all.</summary>
    public static TraceFile Open(
        string name, ReadOnlyMemory<byte> bytes, WorkloadReadOptions options)
    {
        bytes = Unpacked(name, bytes);
        var span = bytes.Span;
        if (span.Contains((byte)0))
        {
            throw new ConfigException(
                name, 0, "", "is binary; a text file of requests is expected.");
        }
        if (span.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (bytes.Span.TrimStart(" \t\r\n"u8).IsEmpty)
            throw new ConfigException(name, 0, "", "is empty; a file of requests is expected.");
        return new(name, bytes, options);
    }

    private static ReadOnlyMemory<byte> Unpacked(string name, ReadOnlyMemory<byte> bytes)
    {
        if (!CheckedGzip.IsPacked(bytes.Span)) return bytes;
        try
        {
            var unpacked = CheckedGzip.Unpack(bytes, MostUnpacked);
            return CheckedGzip.IsPacked(unpacked)
                ? throw new ConfigException(
                    name, 0, "", "is packed with gzip twice; unpack it once.")
                : unpacked;
        }
        catch (InvalidDataException e)
        {
            throw new ConfigException(
                name, 0, "", "is packed with gzip, and cannot be unpacked: " + e.Message);
        }
    }

    /// <summary>A field as a message shows it: short, quoted, printable.</summary>
    public static string Show(ReadOnlySpan<byte> field)
    {
        var text = Encoding.UTF8.GetString(field.Length > 200 ? field[..200] : field);
        return Show(text);
    }

    /// <summary>A text as a message shows it: short, quoted, printable.</summary>
    public static string Show(string text)
    {
        if (text.Length > 60)
            text = text[..57] + "…";
        var shown = string.Concat(text.Select(c => char.IsControl(c) ? '·' : c));
        return $"\"{shown}\"";
    }
}
