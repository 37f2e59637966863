using System.Text.Json;
using AccelSim.Configuration;

namespace AccelSim.Traces;

/// <summary>Reads one step out of a line of JSON, fast and strictly.</summary>
internal static class TraceStepJson
{
    /// <summary>The step of a line.</summary>
    /// <param name="line">The line's bytes.</param>
    /// <param name="file">For messages.</param>
    /// <param name="number">The line from 1.</param>
    /// <param name="names">How many names of operators the header has.</param>
    /// <exception cref="ConfigException">It is malformed.</exception>
    public static TraceStep Read(ReadOnlySpan<byte> line, string file, int number, int names)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 4 });
            return new Line(file, number, names).Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ConfigException(file, number, (e as JsonException)?.Path ?? "",
                "is no JSON: " + e.Message);
        }
    }

    private sealed class Line(string file, int number, int names)
    {
        private readonly List<long> _row = [];

        public TraceStep Read(ref Utf8JsonReader reader)
        {
            long? index = null, start = null, end = null;
            long idle = 0;
            List<TraceArrival> arrivals = [];
            List<TraceChunk> prefill = [], decode = [];
            List<TraceOperator> operators = [];
            Expect(ref reader, JsonTokenType.StartObject, "$", "an object");
            var seen = new HashSet<string>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var path = "$." + name;
                if (!seen.Add(name)) throw Wrong(path, "stands twice; once is right.");
                switch (name)
                {
                    case "step": index = Whole(ref reader, path); break;
                    case "start": start = Whole(ref reader, path); break;
                    case "end": end = Whole(ref reader, path); break;
                    case "idle": idle = Whole(ref reader, path); break;
                    case "arrivals":
                        while (Row(ref reader, path, arrivals.Count, 3, 3))
                            arrivals.Add(Arrival(path, arrivals.Count));
                        break;
                    case "prefill":
                        while (Row(ref reader, path, prefill.Count, 4, 4))
                            prefill.Add(Chunk(path, prefill.Count));
                        break;
                    case "decode":
                        while (Row(ref reader, path, decode.Count, 4, 4))
                            decode.Add(Chunk(path, decode.Count));
                        break;
                    case "ops":
                        while (Row(ref reader, path, operators.Count, 4, 5))
                            operators.Add(Operator(path, operators.Count));
                        break;
                    default:
                        throw Wrong(path, "is not known; known: step, start, end, idle, "
                            + "arrivals, prefill, decode, ops.");
                }
            }
            if (reader.Read()) throw Wrong("$", "is followed by more text on its line.");
            return Checked(new TraceStep
            {
                Index = (int)Math.Min(int.MaxValue, Needed(index, "$.step")),
                Start = Needed(start, "$.start"),
                End = Needed(end, "$.end"),
                Idle = idle,
                Arrivals = arrivals,
                Prefill = prefill,
                Decode = decode,
                Operators = operators,
            });
        }

        private TraceStep Checked(TraceStep step)
        {
            if (step.End < step.Start)
                throw Wrong("$.end", $"is {step.End} ns, before the start at {step.Start} ns.");
            if (step.Prefill.Count + step.Decode.Count == 0)
                throw Wrong("$", "has neither prefill nor decode; a step has a batch.");
            return step;
        }

        private TraceArrival Arrival(string path, int at) =>
            new(Small(path, at, 0, 0), _row[1], Small(path, at, 2, 1));

        private TraceChunk Chunk(string path, int at)
        {
            var tokens = Small(path, at, 2, 1);
            var gained = Small(path, at, 3, 0, tokens);
            return new(Small(path, at, 0, 0), Small(path, at, 1, 0), tokens, gained > 0)
            {
                More = Math.Max(0, gained - 1),
            };
        }

        private TraceOperator Operator(string path, int at)
        {
            var one = new TraceOperator(
                Small(path, at, 0, 0, names - 1), Small(path, at, 1, -1), _row[2], _row[3],
                _row.Count > 4 ? Small(path, at, 4, 0) : 0);
            return one.End >= one.Start
                ? one
                : throw Wrong($"{path}[{at}]",
                    $"ends at {one.End} ns, before its start at {one.Start} ns.");
        }

        /// <summary>A number of the row within bounds that keep sums exact.</summary>
        private int Small(string path, int at, int column, int low, int high = 100_000_000)
        {
            var value = _row[column];
            return value >= low && value <= high
                ? (int)value
                : throw Wrong($"{path}[{at}][{column}]",
                    $"is {value}; expected {low} to {high:N0}.");
        }

        /// <summary>Reads the next row of a list of lists; false at the list's end.</summary>
        private bool Row(ref Utf8JsonReader reader, string path, int at, int least, int most)
        {
            if (at == 0 && reader.TokenType == JsonTokenType.PropertyName)
                Expect(ref reader, JsonTokenType.StartArray, path, "a list of lists");
            reader.Read();
            if (reader.TokenType == JsonTokenType.EndArray) return false;
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Wrong($"{path}[{at}]", "is no list.");
            _row.Clear();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value))
                {
                    throw Wrong($"{path}[{at}][{_row.Count}]", "is no whole number.");
                }
                _row.Add(value);
                if (_row.Count > most) break;
            }
            return _row.Count >= least && _row.Count <= most
                ? true
                : throw Wrong($"{path}[{at}]", "does not have "
                    + (least == most ? $"{least}" : $"{least} or {most}") + " numbers.");
        }

        private long Whole(ref Utf8JsonReader reader, string path)
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
                && value >= 0
                ? value
                : throw Wrong(path, "is no whole number of at least 0.");
        }

        private void Expect(
            ref Utf8JsonReader reader, JsonTokenType token, string path, string what)
        {
            if (!reader.Read() || reader.TokenType != token)
                throw Wrong(path, $"is not {what}.");
        }

        private long Needed(long? value, string path) =>
            value ?? throw Wrong(path, "is missing; every step states it.");

        private ConfigException Wrong(string path, string problem) =>
            new(file, number, path, problem);
    }
}
