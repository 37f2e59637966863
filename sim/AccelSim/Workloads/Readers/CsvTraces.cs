using System.Globalization;

namespace AccelSim.Workloads.Readers;

/// <summary>The other traces that are plain CSV tables.</summary>
internal static class CsvTraces
{
    public static readonly string[] BurstGptColumns =
        ["Timestamp", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"];

    public static readonly string[] SplitwiseColumns =
    [
        "request_id", "request_type", "application_id", "arrival_timestamp", "batch_size",
        "prompt_size", "token_size",
    ];

    public static readonly string[] VidurColumns =
        ["arrived_at", "num_prefill_tokens", "num_decode_tokens"];

    public static readonly string[] LengthColumns = ["prompt_tokens", "output_tokens"];

    /// <summary>
    /// BurstGPT (Wang et al. 2024, github.com/HPMLL/BurstGPT): seconds, failures as zeros.
    /// </summary>
    /// <remarks>
    /// Session IDs, which later releases carry, say nothing of shared text; not used.
    /// </remarks>
    public static Workload BurstGpt(TraceFile file)
    {
        var rows = new CsvRows(file);
        var (time, total) = (rows.Column("Timestamp"), rows.Column("Total tokens"));
        var (prompt, output) = (rows.Column("Request tokens"), rows.Column("Response tokens"));
        var requests = new List<Request>();
        var skipped = 0;
        while (requests.Count < file.Limit && rows.Next())
        {
            var (asked, answered) = (rows.Tokens(prompt, 0), rows.Tokens(output, 0));
            var arrival = rows.ArrivalInSeconds(time);
            if (rows.Tokens(total, 0) != asked + answered)
            {
                throw rows.Error(total,
                    $"{rows.Tokens(total, 0)} is not the sum of request and response tokens, "
                    + $"{asked} + {answered}.");
            }
            if (asked == 0 || answered == 0)
            {
                if (!file.Options.SkipFailed)
                {
                    throw rows.Error(asked == 0 ? prompt : output,
                        "0 tokens mark a failed call; leave such calls out with --skip-failed "
                        + "(skipFailed in a scenario's workload).");
                }
                skipped++;
                continue;
            }
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = arrival,
                PromptTokens = asked,
                OutputTokens = answered,
            });
        }
        return WorkloadReader.Finish(file, "burstgpt", requests, skipped);
    }

    /// <summary>splitwise-sim's seven columns; seconds, one request per row.</summary>
    public static Workload Splitwise(TraceFile file)
    {
        var rows = new CsvRows(file);
        var columns = new int[SplitwiseColumns.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = rows.Column(SplitwiseColumns[i]);
        var requests = new List<Request>();
        var ids = new Dictionary<long, int>();
        while (requests.Count < file.Limit && rows.Next())
        {
            if (!long.TryParse(rows.Field(columns[0]), NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out var id))
            {
                throw rows.Error(columns[0],
                    $"{TraceFile.Show(rows.Field(columns[0]))} is not a whole number.");
            }
            if (!ids.TryAdd(id, rows.Line))
                throw rows.Error(columns[0], $"{id} stands on line {ids[id]} already.");
            if (!rows.Field(columns[4]).SequenceEqual("1"u8))
            {
                throw rows.Error(columns[4],
                    $"{TraceFile.Show(rows.Field(columns[4]))} is not 1; batches form while "
                    + "serving, write one row per request.");
            }
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = rows.ArrivalInSeconds(columns[3]),
                PromptTokens = rows.Tokens(columns[5]),
                OutputTokens = rows.Tokens(columns[6]),
            });
        }
        return WorkloadReader.Finish(file, "splitwise", requests);
    }

    /// <summary>Vidur's three columns; seconds.</summary>
    public static Workload Vidur(TraceFile file) => Plain(file, "vidur", VidurColumns);

    /// <summary>Lengths alone, counted with a tokenizer; every request arrives at zero.</summary>
    public static Workload Lengths(TraceFile file) =>
        Plain(file, "sharegpt-lengths", ["", .. LengthColumns]);

    /// <summary>
    /// A time column, which may be absent (""), a prompt column and an output column.
    /// </summary>
    private static Workload Plain(TraceFile file, string format, string[] columns)
    {
        var rows = new CsvRows(file);
        var time = columns[0].Length > 0 ? rows.Column(columns[0]) : -1;
        var (prompt, output) = (rows.Column(columns[1]), rows.Column(columns[2]));
        var requests = new List<Request>();
        while (requests.Count < file.Limit && rows.Next())
        {
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = time < 0 ? default : rows.ArrivalInSeconds(time),
                PromptTokens = rows.Tokens(prompt),
                OutputTokens = rows.Tokens(output),
            });
        }
        return WorkloadReader.Finish(file, format, requests);
    }
}
