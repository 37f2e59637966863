using AccelSim.Configuration;
using AccelSim.Workloads.Readers;

namespace AccelSim.Workloads.Runs;

/// <summary>Reads what became of requests, whichever of the known formats tells it.</summary>
public static class RunReader
{
    /// <summary>The formats, as messages name them.</summary>
    public const string Known = "a CSV with arrival_s, prompt_tokens, output_tokens, first_token_s "
        + "and last_token_s, as simulate --out writes it; vLLM's benchmark JSON "
        + "(--save-result --save-detailed); JSON lines with input_toks, output_toks, queued_ts, "
        + "first_token_ts and last_token_ts";

    /// <summary>Reads a file, and the engine's settings where they lie beside it.</summary>
    /// <param name="path">Where it lies.</param>
    /// <exception cref="ConfigException">
    /// It is absent, of no known format, or unsound.
    /// </exception>
    public static MeasuredRun Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var run = Parse(path, TextFile.Bytes(path));
        return run with { Settings = RunSettings.Beside(path, run.Format) };
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="name">The file's name, for errors.</param>
    /// <param name="bytes">UTF-8 text, which may be packed with gzip.</param>
    /// <exception cref="ConfigException">It is of no known format, or unsound.</exception>
    public static MeasuredRun Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        var file = TraceFile.Open(name, bytes, WorkloadReadOptions.Default);
        if (VllmBenchmark.IsOne(file)) return VllmBenchmark.Read(file);
        var text = file.Bytes.Span;
        var first = CsvRows.TakeLine(ref text);
        var (shape, names) = TraceFormat.Names(first);
        if (shape == TraceShape.Csv && RunCsv.Columns.Count(names.Contains) >= 3)
            return RunCsv.Read(file);
        if (shape == TraceShape.JsonLines && EngineLog.Members.Count(names.Contains) >= 3)
            return EngineLog.Read(file);
        if (KnownFile.Of(file.Bytes.Span) is { } known)
            throw file.Error(0, "", $"tells no times of requests: {known}.");
        throw file.Error(1, "",
            $"the first line, {TraceFile.Show(first)}, tells no times of requests; read are {Known}"
            + ".");
    }

    /// <summary>Puts requests in order and counts time from the first.</summary>
    internal static MeasuredRun Finish(
        TraceFile file, string format, List<TimedRequest> requests, int failed)
    {
        if (requests.Count == 0)
        {
            throw file.Error(0, "", failed == 0
                ? "has no requests."
                : $"has no request that was answered; {failed} failed or were refused.");
        }
        var start = requests.Min(request => request.Arrival);
        var last = requests.Max(request => request.Last) - start;
        if (last > (Int128)WorkloadLimits.MaxSeconds * 1_000_000_000_000)
        {
            throw file.Error(0, "",
                $"spans more than {WorkloadLimits.MaxSeconds:N0} s; times are in seconds.");
        }
        return new MeasuredRun
        {
            File = file.Name,
            Format = format,
            Failed = failed,
            Requests =
            [
                .. requests.OrderBy(request => request.Arrival)
                    .Select(request => new MeasuredRequest(
                        request.Line, new((long)(request.Arrival - start)),
                        new((long)(request.First - start)), new((long)(request.Last - start)),
                        request.PromptTokens, request.OutputTokens, request.CachedTokens)),
            ],
        };
    }
}

/// <summary>A request as a reader found it, in picoseconds since any origin.</summary>
internal readonly record struct TimedRequest(
    int Line, Int128 Arrival, Int128 First, Int128 Last, int PromptTokens, int OutputTokens,
    int CachedTokens = 0)
{
    /// <summary>What is wrong with the order of its times; null where nothing is.</summary>
    public string? Problem =>
        First < Arrival ? "the first token comes before the request."
        : Last < First ? "the last token comes before the first."
        : null;
}
