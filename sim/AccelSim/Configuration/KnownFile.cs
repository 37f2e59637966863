using System.Text;
using System.Text.Json;

namespace AccelSim.Configuration;

/// <summary>Knows files that are given in the place of others by how they begin.</summary>
internal static class KnownFile
{
    /// <summary>More of a file is not looked at.</summary>
    private const int Looked = 1 << 16;

    /// <summary>What files of hardware, models and scenarios are told to be.</summary>
    public const string Hardware = "it describes hardware, which --hardware takes",
        Model = "it is a model's config.json, which --model takes",
        Scenario = "it is a scenario, which \"accelsim simulate\" takes as its first word";

    /// <summary>Every header of a captured run has it near its beginning.</summary>
    private static ReadOnlySpan<byte> Schema => "\"accelsim-operators/"u8;

    /// <summary>Whether a file begins as a captured run does, be the rest as wrong as it may.
    /// </summary>
    /// <param name="start">Its first bytes, unpacked.</param>
    public static bool IsCaptured(ReadOnlySpan<byte> start) => Begin(start).IndexOf(Schema) >= 0;

    /// <summary>What a file is and what takes it, such as <c>it is a Chrome trace; …</c>; null
    /// where nobody knows.</summary>
    /// <param name="start">Its first bytes, unpacked, or all.</param>
    public static string? Of(ReadOnlySpan<byte> start)
    {
        var text = Begin(start).TrimStart("\uFEFF"u8).TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("{"u8) && !text.StartsWith("["u8)) return null;
        if (IsCaptured(start))
        {
            return "it is a captured run, which \"accelsim replay\", \"accelsim compare\" without "
                + "--run and \"accelsim calibrate --trace\" take";
        }
        if (text.IndexOf("\"traceEvents\""u8) >= 0 || text.IndexOf("\"ph\""u8) >= 0)
        {
            return "it is a Chrome trace; of a PyTorch profile \"accelsim import\" makes tables "
                + "of kernel times";
        }
        var names = Members(text);
        return names.Contains("model_type") || names.Contains("architectures")
                ? Model
            : names.Intersect(["extends", "memory", "pools", "kernelClass", "fabric"]).Any()
                && !names.Contains("cost_model")
                ? Hardware
            : names.Contains("cost_model") && names.Contains("workload")
                ? "it is the summary of a simulated run, whose requests are in requests.csv beside "
                    + "it"
            : names.Contains("command") && names.Contains("inputs")
                ? "it is the manifest of a simulated run, whose requests are in requests.csv "
                    + "beside it"
            : names.Contains("replicas") && names.Contains("model")
                ? Scenario
            : null;
    }

    /// <summary>Refuses a file that is known, and is not what is expected.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="expected">Such as <see cref="Hardware"/>.</param>
    /// <param name="problem">What it lacks, such as <c>describes no hardware</c>.</param>
    /// <exception cref="ConfigException">It is another.</exception>
    public static void Refuse(string file, string text, string expected, string problem)
    {
        var start = text.Length > Looked ? text[..Looked] : text;
        if (Of(Encoding.UTF8.GetBytes(start)) is { } known && known != expected)
            throw new ConfigException(file, 0, "", $"{problem}: {known}.");
    }

    /// <summary>The outermost members, as far as the text is there and sound.</summary>
    /// <param name="text">An object of JSON, or its beginning.</param>
    public static IReadOnlyList<string> Members(ReadOnlySpan<byte> text)
    {
        List<string> names = [];
        var reader = new Utf8JsonReader(
            text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
            }));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                    names.Add(JsonNames.Unescape(ref reader));
            }
        }
        catch (JsonException)
        {
            // What came before tells what it is.
        }
        return names;
    }

    private static ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> text) =>
        text.Length > Looked ? text[..Looked] : text;
}
