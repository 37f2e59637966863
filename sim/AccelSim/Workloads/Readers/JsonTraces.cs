namespace AccelSim.Workloads.Readers;

/// <summary>Traces of one JSON object per line that others publish.</summary>
internal static class JsonTraces
{
    private const int MooncakeBlockTokens = 512;

    public static readonly string[] MooncakeMembers =
        ["timestamp", "input_length", "output_length", "hash_ids"];

    public static readonly string[] ServingSimMembers =
        ["input_toks", "output_toks", "arrival_time_ns"];

    public static readonly string[] SessionMembers = ["arrival_time_ns", "sub_requests"];

    public static readonly string[] BenchLogMembers = ["input_toks", "output_toks", "arrival_time"];

    /// <summary>Mooncake (Qin et al., FAST 2025): milliseconds, one hash per 512 tokens.</summary>
    /// <remarks>The last hash of a prompt may stand for a block that it fills in part.</remarks>
    public static Workload Mooncake(TraceFile file)
    {
        var rows = new JsonRows(file, MooncakeMembers);
        var requests = new List<Request>();
        while (requests.Count < file.Limit && rows.Next())
        {
            var prompt = rows.Tokens(1);
            var hashes = rows.Numbers(3);
            var blocks = (prompt + MooncakeBlockTokens - 1) / MooncakeBlockTokens;
            if (hashes.Length != blocks)
            {
                throw rows.Error(3,
                    $"holds {hashes.Length} of the {blocks} hashes of {prompt} tokens in blocks of "
                    + $"{MooncakeBlockTokens}.");
            }
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = rows.Arrival(0, "ms"),
                PromptTokens = prompt,
                OutputTokens = rows.Tokens(2),
                PrefixKeys = hashes,
            });
        }
        return WorkloadReader.Finish(file, "mooncake", requests) with
        {
            HashBlockTokens = MooncakeBlockTokens,
        };
    }

    /// <summary>LLMServingSim's requests, flat or chained in sessions: nanoseconds.</summary>
    public static Workload ServingSim(TraceFile file) =>
        Flat(file, "llmservingsim", ServingSimMembers, "ns");

    /// <summary>
    /// The log of a benchmark run against a real engine: seconds since any origin.
    /// </summary>
    /// <remarks>What the engine did (first and last token and so on) is skipped here.</remarks>
    public static Workload BenchLog(TraceFile file) =>
        Flat(file, "bench-log", BenchLogMembers, "s");

    private static Workload Flat(TraceFile file, string format, string[] members, string unit)
    {
        var rows = new JsonRows(file, [.. members, "sub_requests"]);
        var requests = new List<Request>();
        while (requests.Count < file.Limit && rows.Next())
        {
            if (rows.Has(3))
            {
                CallChain.Add(rows, 3, rows.Arrival(2, unit), file.Limit, requests);
                continue;
            }
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = rows.Arrival(2, unit),
                PromptTokens = rows.Tokens(0),
                OutputTokens = rows.Tokens(1),
            });
        }
        return WorkloadReader.Finish(file, format, requests);
    }
}
