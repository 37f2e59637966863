using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>
/// LLMServingSim's sessions: calls of an agent that follow one another, each some time after the
/// answer of the one before, while tools run.
/// </summary>
/// <remarks>
/// <c>tool_duration_ns</c> stands with the call before it. Lengths of prompts are those of whole
/// prompts; without token ids nothing tells what they share.
/// </remarks>
internal static class CallChain
{
    private const string Prompt = "input_toks", Output = "output_toks", Tool = "tool_duration_ns";

    /// <summary>Adds the calls of the current line.</summary>
    /// <param name="rows">The file.</param>
    /// <param name="member">The place of <c>sub_requests</c>.</param>
    /// <param name="arrival">When the first call comes.</param>
    /// <param name="limit">
    /// Most requests altogether; a session is cut short there, as in our own format.
    /// </param>
    /// <param name="requests">Receives them.</param>
    public static void Add(
        in JsonRows rows, int member, SimTime arrival, int limit, List<Request> requests)
    {
        var reader = new Utf8JsonReader(rows.Value(member));
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw rows.Error(member, "is no list of calls.");
        int? after = null;
        var wait = arrival;
        for (var place = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; place++)
        {
            var (prompt, output, tool) = Call(ref reader, rows, member, place);
            requests.Add(new Request
            {
                Id = requests.Count,
                Arrival = wait,
                After = after,
                PromptTokens = prompt,
                OutputTokens = output,
            });
            if (requests.Count >= limit) return;
            after = requests.Count - 1;
            wait = new SimTime(checked(tool * 1000));
        }
        if (reader.TokenType != JsonTokenType.EndArray)
            throw rows.Error(member, "holds something that is no object {…}.");
        if (after is null) throw rows.Error(member, "is empty; a session has a call.");
    }

    private static (int Prompt, int Output, long Tool) Call(
        ref Utf8JsonReader reader, in JsonRows rows, int member, int place)
    {
        long prompt = 0, output = 0, tool = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonNames.Unescape(ref reader);
            reader.Read();
            switch (name)
            {
                case Prompt: prompt = Tokens(ref reader, rows, member, place, name); break;
                case Output: output = Tokens(ref reader, rows, member, place, name); break;
                case Tool:
                    tool = Whole(
                        ref reader, rows, member, place, name, 0,
                        WorkloadLimits.MaxSeconds * 1_000_000_000L);
                    break;
                default: reader.Skip(); break;
            }
        }
        if (prompt == 0) throw rows.Error(member, $"[{place}].{Prompt} is missing.");
        if (output == 0) throw rows.Error(member, $"[{place}].{Output} is missing.");
        return ((int)prompt, (int)output, tool);
    }

    private static long Tokens(
        ref Utf8JsonReader reader, in JsonRows rows, int member, int place, string name) =>
        Whole(ref reader, rows, member, place, name, 1, WorkloadLimits.MaxTokens);

    private static long Whole(
        ref Utf8JsonReader reader, in JsonRows rows, int member, int place, string name,
        long least, long most) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
        && value >= least && value <= most
            ? value
            : throw rows.Error(member,
                $"[{place}].{name} is no whole number from {least} to {most:N0}.");
}
