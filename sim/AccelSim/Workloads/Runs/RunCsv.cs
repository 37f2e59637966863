using AccelSim.Workloads.Readers;

namespace AccelSim.Workloads.Runs;

/// <summary>
/// The rows of <c>requests.csv</c>, as <c>simulate --out</c> writes it, or of any CSV with these
/// columns.
/// </summary>
internal static class RunCsv
{
    public const string FormatName = "accelsim-run";

    public static readonly string[] RequestColumns =
        ["arrival_s", "prompt_tokens", "output_tokens"];

    public static readonly string[] Columns =
        [.. RequestColumns, "first_token_s", "last_token_s"];

    public static MeasuredRun Read(TraceFile file)
    {
        var rows = new CsvRows(file);
        var (arrival, first, last) =
            (rows.Column(Columns[0]), rows.Column(Columns[3]), rows.Column(Columns[4]));
        var (prompt, output) = (rows.Column(Columns[1]), rows.Column(Columns[2]));
        var (cached, status) =
            (rows.OptionalColumn("cached_tokens"), rows.OptionalColumn("status"));
        var requests = new List<TimedRequest>();
        var failed = 0;
        while (rows.Next())
        {
            if (status >= 0 && !rows.Field(status).SequenceEqual("completed"u8))
            {
                failed++;
                continue;
            }
            var request = new TimedRequest(
                rows.Line, rows.Picoseconds(arrival), rows.Picoseconds(first),
                rows.Picoseconds(last), rows.Tokens(prompt), rows.Tokens(output),
                cached < 0 ? 0 : rows.Tokens(cached, 0));
            if (request.Problem is { } problem)
                throw rows.Error(request.First < request.Arrival ? first : last, problem);
            requests.Add(request);
        }
        return RunReader.Finish(file, FormatName, requests, failed);
    }

    /// <summary>The same requests to be served again, those that were refused included.</summary>
    public static Workload Workload(TraceFile file)
    {
        var rows = new CsvRows(file);
        var arrival = rows.Column(Columns[0]);
        var (prompt, output) = (rows.Column(Columns[1]), rows.Column(Columns[2]));
        var requests = new List<(Int128 Arrival, int Prompt, int Output)>();
        while (rows.Next())
        {
            requests.Add((
                rows.Picoseconds(arrival), rows.Tokens(prompt), rows.Tokens(output)));
        }
        var clock = default(ArrivalClock);
        return WorkloadReader.Finish(file, FormatName,
        [
            // Later turns of a session stand with the session: a limit is of those that come
            // first, not of those that stand first.
            .. requests.OrderBy(request => request.Arrival).Take(file.Limit).Select(
                (request, id) => new Request
                {
                    Id = id,
                    Arrival =
                        clock.Next(request.Arrival, out var since) == ArrivalClock.Verdict.Fine
                            ? since
                            : throw file.Error(0, Columns[0],
                                $"spans more than {WorkloadLimits.MaxSeconds:N0} s."),
                    PromptTokens = request.Prompt,
                    OutputTokens = request.Output,
                }),
        ]);
    }
}
