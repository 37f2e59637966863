using System.Text;
using AccelSim.Configuration;
using AccelSim.Workloads.Readers;
using AccelSim.Workloads.Runs;

namespace AccelSim.Workloads;

/// <summary>Reads a file of requests, whichever of the known formats it has.</summary>
public static class WorkloadReader
{
    private static readonly TraceFormat[] Known =
    [
        new("azure-llm", TraceShape.Csv, AzureReader.Columns, AzureReader.Read),
        new("mooncake", TraceShape.JsonLines, JsonTraces.MooncakeMembers, JsonTraces.Mooncake),
        new("burstgpt", TraceShape.Csv, CsvTraces.BurstGptColumns, CsvTraces.BurstGpt),
        new("splitwise", TraceShape.Csv, CsvTraces.SplitwiseColumns, CsvTraces.Splitwise),
        new("vidur", TraceShape.Csv, CsvTraces.VidurColumns, CsvTraces.Vidur),
        // Before the lengths that it also has.
        new(RunCsv.FormatName, TraceShape.Csv, RunCsv.RequestColumns, RunCsv.Workload),
        new("sharegpt-lengths", TraceShape.Csv, CsvTraces.LengthColumns, Lengths),
        new("llmservingsim", TraceShape.JsonLines, JsonTraces.ServingSimMembers,
            JsonTraces.ServingSim),
        new("llmservingsim", TraceShape.JsonLines, JsonTraces.SessionMembers,
            JsonTraces.ServingSim),
        new("bench-log", TraceShape.JsonLines, JsonTraces.BenchLogMembers, JsonTraces.BenchLog),
        new(VllmBenchmark.FormatName, TraceShape.JsonLines, ["input_lens", "output_lens"],
            VllmBenchmark.Workload),
        new(SessionTrace.FormatName, TraceShape.JsonLines, SessionTrace.HeaderMembers[..2],
            SessionTrace.Read),
    ];

    /// <summary>
    /// The formats, by the names that <see cref="WorkloadReadOptions.Format"/> takes.
    /// </summary>
    public static IReadOnlyList<string> Formats { get; } =
        [.. Known.Select(f => f.Name).Distinct()];

    /// <summary>Reads a file.</summary>
    /// <param name="path">
    /// Where it lies, a trace or a generator's description (.json), or the name of a workload of
    /// <see cref="WorkloadSpecFile.Names"/>.
    /// </param>
    /// <param name="options">Null: <see cref="WorkloadReadOptions.Default"/>.</param>
    /// <exception cref="ConfigException">It is absent, of no known format, or unsound.</exception>
    public static Workload Read(string path, WorkloadReadOptions? options = null)
    {
        if (Directory.Exists(path))
            throw new ConfigException(path, 0, "", "is a folder; a file of requests is expected.");
        if (!File.Exists(path))
        {
            return WorkloadSpecFile.Names.Contains(path)
                ? Generate(WorkloadSpecFile.Named(path), options ?? WorkloadReadOptions.Default)
                : throw TextFile.Missing(path,
                    "give a file of requests, or the name of a workload that ships with AccelSim: "
                    + string.Join(", ", WorkloadSpecFile.Names));
        }
        return Parse(path, TextFile.Bytes(path), options);
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="name">The file's name, for errors and <see cref="Workload.Origin"/>.</param>
    /// <param name="bytes">UTF-8 text, which may be packed with gzip.</param>
    /// <param name="options">Null: <see cref="WorkloadReadOptions.Default"/>.</param>
    /// <exception cref="ConfigException">It is of no known format, or unsound.</exception>
    public static Workload Parse(
        string name, ReadOnlyMemory<byte> bytes, WorkloadReadOptions? options = null)
    {
        options ??= WorkloadReadOptions.Default;
        if (options.MaxRequests is < 1)
        {
            throw new ConfigException(name, 0, "",
                $"{options.MaxRequests} requests cannot be read; ask for at least 1.");
        }
        var file = TraceFile.Open(name, bytes, options);
        if (options.Format is { } format) return Named(format).Read(file);
        var like = IsSpec(file) ? null : Recognise(file);
        // Rows are known by their members. Any object may be a description, any list one of
        // lengths, and versions and seeds are stated by more than sessions.
        if (like is not null && like.Shape != TraceShape.JsonList
            && like.Name != SessionTrace.FormatName)
        {
            return like.Read(file);
        }
        try
        {
            return like is not null
                ? like.Read(file)
                : Generate(
                    WorkloadSpecFile.Parse(Encoding.UTF8.GetString(file.Bytes.Span), name),
                    options);
        }
        catch (ConfigException) when (KnownFile.Of(file.Bytes.Span) is { } known)
        {
            throw Other(file, known);
        }
    }

    private static ConfigException Other(TraceFile file, string known) =>
        file.Error(0, "", $"has no requests: {known}.");

    /// <summary>The format that a file begins as; null where it is none that is known.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="start">Its first bytes, or all.</param>
    internal static string? FormatOf(string name, ReadOnlyMemory<byte> start) =>
        Like(new TraceFile(name, start, WorkloadReadOptions.Default), out _)?.Name;

    /// <summary>
    /// A generator's description is one object over several lines, in a .json file.
    /// </summary>
    private static bool IsSpec(TraceFile file) =>
        !VllmBenchmark.IsOne(file)
        && (file.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || file.Name.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase))
        && !file.Bytes.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8);

    private static Workload Generate(WorkloadSpec spec, WorkloadReadOptions options) =>
        WorkloadGenerator.Generate(spec with
        {
            Requests = options.MaxRequests ?? spec.Requests,
            Arrivals = options.Arrivals ?? spec.Arrivals,
            Seed = options.Seed ?? spec.Seed,
        });

    /// <summary>The workload of the requests that a reader found.</summary>
    /// <param name="file">Where they come from.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="requests">In file order.</param>
    /// <param name="skipped">Failed calls left out.</param>
    internal static Workload Finish(
        TraceFile file, string format, List<Request> requests, int skipped = 0)
    {
        var failed = $"{skipped} failed call{(skipped == 1 ? "" : "s")}";
        if (requests.Count == 0)
        {
            throw file.Error(0, "", skipped > 0
                ? $"has no requests, only {failed}."
                : "has no requests.");
        }
        var left = skipped > 0 ? $", {failed} left out" : "";
        return new Workload
        {
            Origin = $"{file.Name} ({format}{left})",
            Requests = file.Options.Arrivals is { } arrivals
                ? Reschedule(requests, arrivals, file.Options.Seed ?? 42)
                : requests,
            MaxConcurrency = file.Options.Arrivals?.Users,
        };
    }

    /// <summary>Gives requests new arrivals; later turns keep their think times.</summary>
    private static List<Request> Reschedule(List<Request> requests, ArrivalSpec arrivals, long seed)
    {
        if (WorkloadSpecRules.Problems(arrivals) is [var problem, ..])
            throw new ConfigException("", 0, problem.Path, problem.Text);
        var process = new ArrivalProcess(arrivals, seed);
        return [.. requests.Select(
            request => request.After is null
                ? request with { Arrival = process.Next() }
                : request)];
    }

    private static TraceFormat Named(string name) =>
        Array.Find(Known, format => format.Name == name)
        ?? throw new ConfigException("", 0, "",
            $"{TraceFile.Show(name)} is not a format of requests; known are "
            + $"{string.Join(", ", Formats)} (nearest: {NearestName.Of(name, Formats, 1)[0]}).");

    /// <summary>The format whose columns or members the first line has.</summary>
    /// <remarks>
    /// Half of them are enough, so that the reader can name what is missing.
    /// </remarks>
    private static TraceFormat Recognise(TraceFile file) => Like(file, out var first)
        ?? throw (KnownFile.Of(file.Bytes.Span) is { } known
            ? Other(file, known)
            : file.Error(1, "",
                $"the first line, {first}, is of no known format; known are "
                + string.Join("; ", Known.Select(format => format.Describe())) + "."));

    private static TraceFormat? Like(TraceFile file, out string shown)
    {
        shown = "";
        if (VllmBenchmark.IsOne(file)) return Named(VllmBenchmark.FormatName);
        var text = file.Bytes.Span;
        var first = CsvRows.TakeLine(ref text);
        shown = TraceFile.Show(first);
        var (shape, names) = TraceFormat.Names(first);
        if (shape == TraceShape.JsonList)
            return new("sharegpt-lengths", shape, [], Lengths);
        TraceFormat? best = null;
        var bestShare = 0.499;
        foreach (var format in Known.Where(format => format.Shape == shape))
        {
            var share = format.Columns.Count(names.Contains) / (double)format.Columns.Length;
            if (share > bestShare)
                (best, bestShare) = (format, share);
        }
        return best;
    }

    private static Workload Lengths(TraceFile file) =>
        file.Bytes.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8)
            ? LengthList.Read(file)
            : CsvTraces.Lengths(file);
}
