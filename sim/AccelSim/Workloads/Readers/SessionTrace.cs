using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>Our own format: conversations, shared prefixes, images, service classes.</summary>
/// <remarks>traces/requests/README.md describes it member by member.</remarks>
internal static class SessionTrace
{
    public const string FormatName = "accelsim-requests";

    public static readonly string[] HeaderMembers = ["format", "version", "block_tokens", "origin"];

    private static readonly string[] RowMembers =
    [
        "session", "turn", "arrival_s", "think_s", "input_tokens", "output_tokens", "prefix",
        "prefix_tokens", "images", "slo_class", "priority",
    ];

    private const int Session = 0, Turn = 1, Arrival = 2, Think = 3, Input = 4, Output = 5,
        Prefix = 6, PrefixTokens = 7, Images = 8, SloClass = 9, Priority = 10;

    public static Workload Read(TraceFile file)
    {
        var (origin, blockTokens) = Header(file);
        var rows = new JsonRows(file, RowMembers, strict: true);
        rows.SkipHeader();
        var requests = new List<Request>();
        var sessions = new Dictionary<string, Conversation>(StringComparer.Ordinal);
        while (requests.Count < file.Limit && rows.Next())
        {
            var talk = rows.Has(Session)
                ? Find(ref rows, sessions)
                : Lone(requests.Count);
            if (!rows.Has(Session) && rows.Has(Turn))
                throw rows.Error(Turn, "needs a session; name one, or leave the turn out.");
            requests.Add(Next(ref rows, talk, requests.Count, blockTokens));
        }
        var workload = WorkloadReader.Finish(file, FormatName, requests);
        return workload with
        {
            HashBlockTokens = blockTokens,
            Origin = origin.Length > 0 ? $"{workload.Origin}: {origin}" : workload.Origin,
        };
    }

    private static (string Origin, int BlockTokens) Header(TraceFile file)
    {
        var header = new JsonRows(file, HeaderMembers, strict: true);
        header.Next();
        if (header.Text(0) != FormatName)
            throw header.Error(0, $"{header.Shown(0)} is not known; write \"{FormatName}\".");
        if (!header.Value(1).SequenceEqual("1"u8))
            throw header.Error(1, $"{header.Shown(1)} is not known; write 1.");
        var origin = header.Has(3) ? header.Text(3) : "";
        return (origin, header.Has(2) ? header.Whole(2, 1, 65536) : 16);
    }

    /// <summary>What the lines of one session have said so far.</summary>
    private sealed class Conversation
    {
        public required long Key { get; init; }
        public bool IsSession { get; init; }
        public int LastId { get; set; } = -1;
        public int Turns { get; set; }
        public int LastLine { get; set; }
        public int Context { get; set; }
        public long PrefixKey { get; set; }
        public int PrefixTokens { get; set; }
    }

    /// <summary>A request of its own: nothing is remembered of it.</summary>
    private static Conversation Lone(int id) =>
        new() { Key = ContentKeys.Mix(ContentKeys.Of("request"), id) };

    private static Conversation Find(ref JsonRows rows, Dictionary<string, Conversation> sessions)
    {
        var name = rows.Text(Session);
        if (!sessions.TryGetValue(name, out var talk))
        {
            talk = new() { Key = ContentKeys.Of(name), IsSession = true };
            sessions.Add(name, talk);
        }
        var turn = rows.Whole(Turn, 0, WorkloadLimits.MaxRequests);
        if (turn < talk.Turns)
        {
            throw rows.Error(Turn,
                $"turn {turn} of session {TraceFile.Show(name)} stands twice; the last one read, "
                + $"turn {talk.Turns - 1}, is on line {talk.LastLine}.");
        }
        if (turn > talk.Turns)
        {
            throw rows.Error(Turn,
                $"turn {turn} of session {TraceFile.Show(name)} comes before turn {talk.Turns}.");
        }
        return talk;
    }

    private static Request Next(ref JsonRows rows, Conversation talk, int id, int blockTokens)
    {
        var first = talk.Turns == 0;
        if (first ? rows.Has(Think) : rows.Has(Arrival))
        {
            throw first
                ? rows.Error(Think, "belongs to later turns; a first one has arrival_s.")
                : rows.Error(Arrival, "belongs to a first turn; later ones have think_s.");
        }
        var arrival = first ? rows.Arrival(Arrival, "s") : ThinkTime(ref rows);
        var input = rows.Tokens(Input);
        if (rows.Has(Prefix) || rows.Has(PrefixTokens))
            ReadPrefix(ref rows, talk, input);
        var output = rows.Tokens(Output);
        if ((long)talk.Context + input + output > WorkloadLimits.MaxTokens)
        {
            throw rows.Error(Input,
                $"makes the session longer than {WorkloadLimits.MaxTokens:N0} tokens.");
        }
        var prompt = talk.Context + input;
        var request = new Request
        {
            Id = id,
            Arrival = arrival,
            PromptTokens = prompt,
            OutputTokens = output,
            After = first ? null : talk.LastId,
            PrefixKeys = talk.IsSession || talk.PrefixTokens > 0
                ? ContentKeys.Prompt(
                    talk.PrefixKey, talk.PrefixTokens, talk.Key, prompt, blockTokens)
                : null,
            OutputKey = talk.IsSession ? talk.Key : null,
            Images = rows.Has(Images) ? rows.Whole(Images, 0, WorkloadLimits.MaxImages) : 0,
            SloClass = rows.Has(SloClass) ? string.Intern(rows.Text(SloClass)) : "",
            Priority = rows.Has(Priority) ? rows.Whole(Priority, -1_000_000, 1_000_000) : 0,
        };
        (talk.LastId, talk.LastLine, talk.Context) = (id, rows.Line, prompt + output);
        talk.Turns++;
        return request;
    }

    private static SimTime ThinkTime(ref JsonRows rows)
    {
        var time = rows.Picoseconds(Think, "s");
        return time <= (Int128)WorkloadLimits.MaxSeconds * 1_000_000_000_000
            ? new((long)time)
            : throw rows.Error(Think,
                $"{rows.Shown(Think)} is more than {WorkloadLimits.MaxSeconds:N0} s.");
    }

    private static void ReadPrefix(ref JsonRows rows, Conversation talk, int input)
    {
        if (talk.Turns > 0)
        {
            throw rows.Error(
                rows.Has(Prefix) ? Prefix : PrefixTokens, "belongs to the first turn.");
        }
        talk.PrefixKey = ContentKeys.Mix(
            ContentKeys.Of("prefix"), ContentKeys.Of(rows.Text(Prefix)));
        talk.PrefixTokens = rows.Tokens(PrefixTokens);
        if (talk.PrefixTokens > input)
        {
            throw rows.Error(PrefixTokens,
                $"{talk.PrefixTokens} is more than input_tokens, {input}, which include "
                + "the prefix.");
        }
    }
}
