using System.Text.Json;
using AccelSim.Configuration;

namespace AccelSim.Workloads.Readers;

/// <summary>Lengths as one JSON list of objects with prompt_tokens and output_tokens.</summary>
internal static class LengthList
{
    public static Workload Read(TraceFile file)
    {
        var reader = new Utf8JsonReader(file.Bytes.Span);
        var requests = new List<Request>();
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var request = Entry(file, ref reader, requests.Count);
                if (requests.Count < file.Limit)
                    requests.Add(request);
            }
            while (reader.Read())
            {
                // Text after the list: the reader itself throws.
            }
        }
        catch (JsonException e)
        {
            var line = (int)(e.LineNumber ?? 0) + 1;
            throw file.Error(line, "",
                $"is not well-formed JSON at byte {e.BytePositionInLine + 1} of the line; the file "
                + "may be truncated.");
        }
        return WorkloadReader.Finish(file, "sharegpt-lengths", requests);
    }

    private static Request Entry(TraceFile file, ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Error(file, ref reader, $"[{index}]", "is not an object {…}.");
        var (prompt, output) = (0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonNames.Unescape(ref reader);
            if (name is "conversations" or "prompt" or "completion")
            {
                throw Error(file, ref reader, $"[{index}].{name}",
                    "holds text; count its tokens with the model's tokenizer and write "
                    + "prompt_tokens and output_tokens instead.");
            }
            reader.Read();
            if (name == "prompt_tokens")
                prompt = Tokens(file, ref reader, $"[{index}].{name}", prompt);
            else if (name == "output_tokens")
                output = Tokens(file, ref reader, $"[{index}].{name}", output);
            else
                reader.Skip();
        }
        if (prompt == 0)
            throw Error(file, ref reader, $"[{index}].prompt_tokens", "is missing.");
        if (output == 0)
            throw Error(file, ref reader, $"[{index}].output_tokens", "is missing.");
        return new Request
        {
            Id = index,
            Arrival = default,
            PromptTokens = prompt,
            OutputTokens = output,
        };
    }

    private static int Tokens(TraceFile file, ref Utf8JsonReader reader, string path, int before)
    {
        if (before != 0)
            throw Error(file, ref reader, path, "stands twice in the same object; keep one.");
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var tokens)
            && tokens is >= 1 and <= WorkloadLimits.MaxTokens)
        {
            return tokens;
        }
        throw Error(file, ref reader, path,
            $"{TraceFile.Show(reader.ValueSpan)} is not a whole number of tokens from 1 to "
            + $"{WorkloadLimits.MaxTokens:N0}.");
    }

    private static ConfigException Error(
        TraceFile file, ref Utf8JsonReader reader, string path, string problem)
    {
        var before = file.Bytes.Span[..(int)reader.TokenStartIndex];
        return file.Error(before.Count((byte)'\n') + 1, path, problem);
    }
}
