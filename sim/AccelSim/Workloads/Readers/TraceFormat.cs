using System.Text.Json;
using AccelSim.Configuration;

namespace AccelSim.Workloads.Readers;

/// <summary>How a trace is laid out.</summary>
internal enum TraceShape
{
    /// <summary>A table with a header line.</summary>
    Csv,

    /// <summary>One JSON object per line.</summary>
    JsonLines,

    /// <summary>One JSON list.</summary>
    JsonList,
}

/// <summary>A format of requests.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Shape">Its layout.</param>
/// <param name="Columns">The columns or members to know it by.</param>
/// <param name="Read">Its reader.</param>
internal sealed record TraceFormat(
    string Name, TraceShape Shape, string[] Columns, Func<TraceFile, Workload> Read)
{
    /// <summary>Its name and what it is known by.</summary>
    public string Describe() =>
        $"{Name} ({(Shape == TraceShape.Csv ? "CSV" : "JSONL")} {string.Join(", ", Columns)})";

    /// <summary>The layout that a first line shows, and the names in it.</summary>
    public static (TraceShape Shape, string[] Names) Names(ReadOnlySpan<byte> first)
    {
        var start = first.TrimStart(" \t"u8);
        if (start.StartsWith("["u8))
            return (TraceShape.JsonList, []);
        return start.StartsWith("{"u8)
            ? (TraceShape.JsonLines, Members(first))
            : (TraceShape.Csv, CsvRows.Header(first));
    }

    /// <summary>The members of an object as far as it is sound.</summary>
    private static string[] Members(ReadOnlySpan<byte> line)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(line);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                    names.Add(JsonNames.Unescape(ref reader));
            }
        }
        catch (JsonException)
        {
            // The format's reader reports it, with its place.
        }
        return [.. names];
    }
}
