using System.Buffers.Text;
using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Workloads.Readers;

namespace AccelSim.Workloads.Runs;

/// <summary>
/// What <c>vllm bench serve --save-result --save-detailed</c> writes: one object with a list for
/// each measured quantity.
/// </summary>
/// <remarks>
/// <c>ttfts</c> are seconds from sending, <c>itls</c> the gaps between tokens that follow, and
/// <c>start_times</c>, which newer versions write, when each was sent. Without them a request rate
/// of <c>inf</c>, or a stated concurrency and no rate, tells that requests came all at once, or as
/// others were answered; else their arrivals are lost. A request that failed has an error, or no
/// tokens.
/// </remarks>
internal static class VllmBenchmark
{
    public const string FormatName = "vllm-bench";

    private const double Picoseconds = 1e12;
    private const double LongestSeconds = 1e9;

    /// <summary>Whether a file is of this format.</summary>
    public static bool IsOne(TraceFile file)
    {
        var text = file.Bytes.Span;
        return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8)
            && (text.IndexOf("\"input_lens\""u8) >= 0 || text.IndexOf("\"ttfts\""u8) >= 0
                // Without details: told by name, so that the error says what is missing.
                || text.IndexOf("\"request_throughput\""u8) >= 0);
    }

    public static MeasuredRun Read(TraceFile file)
    {
        var lists = new Lists(file);
        lists.Read();
        return lists.Run();
    }

    /// <summary>The same requests to be served again.</summary>
    public static Workload Workload(TraceFile file)
    {
        var run = Read(file).Workload;
        return WorkloadReader.Finish(file, FormatName, [.. run.Requests.Take(file.Limit)]) with
        {
            MaxConcurrency = file.Options.Arrivals is null
                ? run.MaxConcurrency
                : file.Options.Arrivals.Users,
        };
    }

    private sealed class Lists(TraceFile file)
    {
        private readonly HashSet<string> _seen = [];
        private List<double>? _prompts, _outputs, _ttfts, _gaps, _starts;
        private List<bool>? _errors;
        private int? _concurrency;
        private double? _duration;
        private bool _hasRate, _isUnpaced;

        public void Read()
        {
            var reader = new Utf8JsonReader(file.Bytes.Span);
            try
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    Member(ref reader);
                while (reader.Read())
                {
                    // Text after the object: the reader itself throws.
                }
            }
            catch (JsonException e)
            {
                var rest = file.Bytes.Span[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8);
                if (reader.CurrentDepth == 0 && rest.StartsWith("{"u8))
                {
                    throw file.Error((int)(e.LineNumber ?? 0) + 1, "",
                        "begins a second result, as --append-result writes them; split the file, "
                        + "one result each.");
                }
                throw file.Error((int)(e.LineNumber ?? 0) + 1, "",
                    $"is not well-formed JSON at byte {e.BytePositionInLine + 1} of the line; one "
                    + "whole result is expected.");
            }
        }

        public MeasuredRun Run()
        {
            var prompts = Needed(_prompts, "input_lens");
            var outputs = Needed(_outputs, "output_lens");
            var ttfts = Needed(_ttfts, "ttfts");
            var gaps = Needed(_gaps, "itls");
            Same(outputs.Count, "output_lens");
            Same(ttfts.Count, "ttfts");
            Same(gaps.Count, "itls");
            if (_starts is { } given) Same(given.Count, "start_times");
            if (_errors is { } errors) Same(errors.Count, "errors");
            var requests = new List<TimedRequest>(prompts.Count);
            var failed = 0;
            for (var i = 0; i < prompts.Count; i++)
            {
                if (outputs[i] == 0 || _errors is { } told && told[i])
                {
                    failed++;
                    continue;
                }
                var start = Time(_starts is { } starts ? starts[i] : 0);
                requests.Add(new TimedRequest(
                    i + 1, start, start + Time(ttfts[i]), start + Time(ttfts[i] + gaps[i]),
                    Tokens(prompts[i], "input_lens", i), Tokens(outputs[i], "output_lens", i)));
            }
            var isAtOnce = _isUnpaced || !_hasRate && _concurrency is not null;
            if (_starts is null && !isAtOnce)
            {
                throw file.Error(0, "start_times",
                    "is missing, so that nothing tells when requests were sent; benchmark with a "
                    + "version that saves it, or with --request-rate inf.");
            }
            var run = RunReader.Finish(file, FormatName, requests, failed);
            if (_starts is not null || _concurrency is null) return run;
            // Requests were sent as others were answered: latencies alone do not tell the end.
            return run with
            {
                MaxConcurrency = _concurrency,
                Duration = _duration is > 0 ? _duration : throw file.Error(0, "duration",
                    "is missing or 0; without start_times it tells how long the run was."),
            };
        }

        private void Member(ref Utf8JsonReader reader)
        {
            var name = JsonNames.Unescape(ref reader);
            reader.Read();
            var isKnown = name is "input_lens" or "output_lens" or "ttfts" or "itls"
                or "start_times" or "errors" or "max_concurrency" or "request_rate"
                or "duration";
            if (isKnown && !_seen.Add(name))
                throw Error(ref reader, name, "stands twice; keep one.");
            switch (name)
            {
                case "input_lens": _prompts = Numbers(ref reader, name); break;
                case "output_lens": _outputs = Numbers(ref reader, name); break;
                case "ttfts": _ttfts = Numbers(ref reader, name); break;
                case "start_times": _starts = Numbers(ref reader, name); break;
                case "duration": _duration = Number(ref reader, name); break;
                case "itls": _gaps = Sums(ref reader); break;
                case "errors": _errors = Texts(ref reader); break;
                case "max_concurrency":
                    if (reader.TokenType == JsonTokenType.Null) break;
                    _concurrency = reader.TokenType == JsonTokenType.Number
                        && reader.TryGetInt32(out var most) && most > 0
                        ? most
                        : throw Error(ref reader, name, "is no whole number from 1.");
                    break;
                case "request_rate":
                    _hasRate = reader.TokenType != JsonTokenType.Null;
                    _isUnpaced = reader.TokenType == JsonTokenType.String
                        && reader.ValueTextEquals("inf"u8);
                    reader.Skip();
                    break;
                default: reader.Skip(); break;
            }
        }

        private List<double> Numbers(ref Utf8JsonReader reader, string name)
        {
            var numbers = new List<double>();
            Begin(ref reader, name);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                numbers.Add(Number(ref reader, $"{name}[{numbers.Count}]"));
            return numbers;
        }

        /// <summary>The sum of each list of gaps.</summary>
        private List<double> Sums(ref Utf8JsonReader reader)
        {
            var sums = new List<double>();
            Begin(ref reader, "itls");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var path = $"itls[{sums.Count}]";
                if (reader.TokenType != JsonTokenType.StartArray)
                    throw Error(ref reader, path, "is no list of gaps in seconds.");
                double sum = 0;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    sum += Number(ref reader, path);
                sums.Add(sum);
            }
            return sums;
        }

        private List<bool> Texts(ref Utf8JsonReader reader)
        {
            var told = new List<bool>();
            Begin(ref reader, "errors");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                    throw Error(ref reader, $"errors[{told.Count}]", "is no text.");
                told.Add(reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty);
            }
            return told;
        }

        private void Begin(ref Utf8JsonReader reader, string name)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Error(ref reader, name, "is no list.");
        }

        private double Number(ref Utf8JsonReader reader, string path) =>
            reader.TokenType == JsonTokenType.Number
            && Utf8Parser.TryParse(reader.ValueSpan, out double value, out _)
            && value is >= 0 and <= LongestSeconds
                ? value
                : throw Error(ref reader, path,
                    $"{TraceFile.Show(reader.ValueSpan)} is not a number from 0 to "
                    + $"{LongestSeconds:N0}.");

        private List<double> Needed(List<double>? list, string name) => list
            ?? throw file.Error(0, name,
                "is missing; a benchmark of text generation saves each request with "
                + "--save-result --save-detailed.");

        private void Same(int count, string name)
        {
            if (count == _prompts!.Count) return;
            throw file.Error(0, name,
                $"has {count} entries, but input_lens has {_prompts.Count}.");
        }

        private int Tokens(double value, string name, int place) =>
            value == Math.Floor(value) && value is >= 1 and <= WorkloadLimits.MaxTokens
                ? (int)value
                : throw file.Error(0, $"{name}[{place}]",
                    $"{JsonNames.Number(value)} is not a whole number of tokens from 1 to "
                    + $"{WorkloadLimits.MaxTokens:N0}.");

        private static Int128 Time(double seconds) => (Int128)Math.Round(seconds * Picoseconds);

        private ConfigException Error(ref Utf8JsonReader reader, string path, string problem)
        {
            var before = file.Bytes.Span[..(int)reader.TokenStartIndex];
            return file.Error(before.Count((byte)'\n') + 1, path, problem);
        }
    }
}
