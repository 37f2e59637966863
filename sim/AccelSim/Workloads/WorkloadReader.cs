using AccelSim.Configuration;
using AccelSim.Workloads.Readers;

namespace AccelSim.Workloads;

/// <summary>Reads a file of requests, whichever of the known formats it has.</summary>
public static class WorkloadReader
{
    private static readonly (string Name, string[] Columns, Func<TraceFile, Workload> Read)[] CsvFormats =
    [
        ("azure-llm", AzureReader.Columns, AzureReader.Read),
    ];

    /// <summary>The formats, by the names that <see cref="WorkloadReadOptions.Format"/> takes.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. CsvFormats.Select(f => f.Name)];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it lies; named so in errors.</param>
    /// <param name="options">Null: <see cref="WorkloadReadOptions.Default"/>.</param>
    /// <exception cref="ConfigException">It is absent, of no known format, or unsound.</exception>
    public static Workload Read(string path, WorkloadReadOptions? options = null)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or ArgumentException or NotSupportedException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
        return Parse(path, bytes, options);
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="name">The file's name, for errors and <see cref="Workload.Origin"/>.</param>
    /// <param name="bytes">UTF-8 text.</param>
    /// <param name="options">Null: <see cref="WorkloadReadOptions.Default"/>.</param>
    /// <exception cref="ConfigException">It is of no known format, or unsound.</exception>
    public static Workload Parse(
        string name, ReadOnlyMemory<byte> bytes, WorkloadReadOptions? options = null)
    {
        var file = TraceFile.Open(name, bytes, options ?? WorkloadReadOptions.Default);
        var text = file.Bytes.Span;
        var header = CsvRows.Header(CsvRows.TakeLine(ref text));
        foreach (var format in CsvFormats)
        {
            if (format.Columns.Any(header.Contains))
                return format.Read(file);
        }
        throw file.Error(1, "", "not recognised.");
    }

    internal static Workload Finish(TraceFile file, string format, List<Request> requests)
    {
        if (requests.Count == 0)
            throw file.Error(0, "", "has a header but no requests.");
        return new Workload { Origin = $"{file.Name} ({format})", Requests = requests };
    }
}
