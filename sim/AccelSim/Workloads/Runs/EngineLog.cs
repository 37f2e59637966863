using AccelSim.Workloads.Readers;

namespace AccelSim.Workloads.Runs;

/// <summary>
/// One line of JSON for each request, with the times at which the engine queued it and made its
/// first and last token, in seconds (github.com/casys-kaist/LLMServingSim, bench).
/// </summary>
internal static class EngineLog
{
    public const string FormatName = "engine-log";

    public static readonly string[] Members =
        ["input_toks", "output_toks", "queued_ts", "first_token_ts", "last_token_ts"];

    public static MeasuredRun Read(TraceFile file)
    {
        var rows = new JsonRows(file, Members);
        var requests = new List<TimedRequest>();
        while (rows.Next())
        {
            var request = new TimedRequest(
                rows.Line, rows.Picoseconds(2, "s"), rows.Picoseconds(3, "s"),
                rows.Picoseconds(4, "s"), rows.Tokens(0), rows.Tokens(1));
            if (request.Problem is { } problem)
                throw rows.Error(request.First < request.Arrival ? 3 : 4, problem);
            requests.Add(request);
        }
        return RunReader.Finish(file, FormatName, requests, 0) with { BehindFrontEnd = true };
    }
}
