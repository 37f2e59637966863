using System.Text;
using Newtonsoft.Json;

namespace AccelSim.Configuration;

/// <summary>Knows files that are given in the place of others by how they begin.</summary>
/// <remarks>
/// To be asked of what a reader does not know itself: rows may have members of any name.
/// </remarks>
internal static class KnownFile
{
    /// <summary>More of a file is not looked at.</summary>
    private const int Looked = 1 << 16;

    /// <summary>What files of hardware, models and scenarios are told to be.</summary>
    public const string Hardware = "it describes hardware, which --hardware takes",
        Model = "it is a model's config.json, which --model takes",
        Scenario = "it is a scenario, which \"accelsim simulate\" takes as its first word";

    private const string Captured = "it is a captured run, which \"accelsim replay\", \"accelsim "
        + "compare\" without --run and \"accelsim calibrate --trace\" take";

    private const string Chrome = "it is a Chrome trace; of a PyTorch profile \"accelsim import\" "
        + "makes tables of kernel times";

    private const string Summary = "it is the summary of a simulated run, whose requests are in "
        + "requests.csv beside it";

    private const string Manifest = "it is the manifest of a simulated run, whose requests are in "
        + "requests.csv beside it";

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
        if (IsCaptured(start)) return Captured;
        var (names, isList, isAlone) = Look(text);
        if (isList) return names.Contains("ph") ? Chrome : null;
        if (names.Contains("traceEvents")) return Chrome;
        return isAlone ? Kinds(names).FirstOrDefault() : null;
    }

    /// <summary>Refuses a file that is known, and is not what is expected.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="expected">Such as <see cref="Hardware"/>.</param>
    /// <param name="problem">What it lacks, such as <c>describes no hardware</c>.</param>
    /// <exception cref="ConfigException">It is another.</exception>
    public static void Refuse(string file, string text, string expected, string problem)
    {
        var start = Encoding.UTF8.GetBytes(text.Length > Looked ? text[..Looked] : text);
        if (Of(start) is not { } known || known == expected) return;
        if (Kinds(Members(start)).Contains(expected)) return;
        throw new ConfigException(file, 0, "", $"{problem}: {known}.");
    }

    /// <summary>The outermost members, as far as the text is there and sound.</summary>
    /// <param name="text">An object of JSON, or its beginning.</param>
    public static IReadOnlyList<string> Members(ReadOnlySpan<byte> text) =>
        Look(Begin(text)) is (var names, false, _) ? names : [];

    /// <summary>What an object with such members may be, the likeliest first.</summary>
    private static IEnumerable<string> Kinds(IReadOnlyList<string> names)
    {
        var isPriced = names.Contains("cost_model");
        if (names.Contains("model_type") || names.Contains("architectures")) yield return Model;
        if (!isPriced
            && names.Intersect(["extends", "memory", "pools", "kernelClass", "fabric"]).Any())
        {
            yield return Hardware;
        }
        if (isPriced && names.Contains("workload")) yield return Summary;
        if (names.Contains("command") && names.Contains("inputs")) yield return Manifest;
        if (names.Contains("replicas") && names.Contains("model")) yield return Scenario;
    }

    /// <summary>Reads a text's beginning as far as it is sound.</summary>
    /// <returns>
    /// The members of its object, or of the first one in its list, those within them left out; and
    /// whether no further object follows, as in JSON lines.
    /// </returns>
    private static (List<string> Names, bool IsList, bool IsAlone) Look(ReadOnlySpan<byte> text)
    {
        List<string> names = [];
        var (isList, isAlone) = (false, true);
        using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(text)))
        {
            DateParseHandling = DateParseHandling.None, SupportMultipleContent = true,
        };
        try
        {
            reader.Read();
            isList = reader.TokenType == JsonToken.StartArray;
            var outer = isList ? 1 : 0;
            while (reader.Read() && reader.Depth >= outer)
            {
                if (reader.TokenType == JsonToken.PropertyName && reader.Depth == outer + 1)
                    names.Add((string)reader.Value!);
                if (reader.TokenType == JsonToken.EndObject && reader.Depth == outer) break;
            }
            isAlone = isList || !reader.Read();
        }
        catch (JsonReaderException)
        {
            // What came before tells what it is.
        }
        return (names, isList, isAlone);
    }

    private static ReadOnlySpan<byte> Begin(ReadOnlySpan<byte> text) =>
        text.Length > Looked ? text[..Looked] : text;
}
