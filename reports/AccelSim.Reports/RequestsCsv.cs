using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Units;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>
/// Writes <c>requests.csv</c>: one row per request, in the order of the workload.
/// </summary>
/// <remarks>
/// Times in seconds since the start of the run, exact to the picosecond. What a refused request
/// does not have is empty.
/// </remarks>
public static class RequestsCsv
{
    private static readonly string[] Columns =
    [
        "id", "replica", "arrival_s", "first_scheduled_s", "first_token_s", "last_token_s",
        "prompt_tokens", "output_tokens", "cached_tokens", "preemptions", "ttft_ms", "tpot_ms",
        "e2e_ms", "slo_class", "met_slo", "status", "rejection",
    ];

    /// <summary>Writes the rows as UTF-8; the stream stays open.</summary>
    public static void Write(Stream stream, RunResult result)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        using var csv = CsvWriter.Create(stream, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var record in result.Requests)
        {
            Row(csv, record, result.Scenario.SloOf(record.Request.SloClass));
            csv.EndRecord();
        }
    }

    private static void Row(CsvWriter csv, in RequestRecord record, Slo slo)
    {
        var request = record.Request;
        var served = record.Completed;
        csv.WriteField<int>(request.Id);
        csv.WriteField<int>(served ? record.Replica : null);
        csv.WriteField<double>(Seconds(record.Arrival));
        csv.WriteField<double>(served ? Seconds(record.FirstScheduled) : null);
        csv.WriteField<double>(served ? Seconds(record.FirstToken) : null);
        csv.WriteField<double>(served ? Seconds(record.LastToken) : null);
        csv.WriteField<int>(request.PromptTokens);
        csv.WriteField<int>(request.OutputTokens);
        csv.WriteField<int>(record.CachedTokens);
        csv.WriteField<int>(record.Preemptions);
        csv.WriteField<double>(served ? Milliseconds(record.Arrival, record.FirstToken) : null);
        csv.WriteField<double>(served && request.OutputTokens > 1
            ? Milliseconds(record.FirstToken, record.LastToken) / (request.OutputTokens - 1)
            : null);
        csv.WriteField<double>(served ? Milliseconds(record.Arrival, record.LastToken) : null);
        csv.WriteField(request.SloClass);
        csv.WriteField(served && slo.IsMetBy(record) ? "true" : "false");
        csv.WriteField(served ? "completed" : "rejected");
        csv.WriteField(record.Rejection ?? "");
    }

    /// <summary>Dividing whole picoseconds rounds once, so that 0.3 s prints as 0.3.</summary>
    private static double Seconds(SimTime time) => time.Picoseconds / 1e12;

    private static double Milliseconds(SimTime from, SimTime to) =>
        (to.Picoseconds - from.Picoseconds) / 1e9;
}
