using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AccelSim.Reports;

/// <summary>JSON as all reports write it: snake_case, stable order, no NaN.</summary>
internal static class JsonOutput
{
    /// <summary>A writer; numbers come out shortest round-trip, in every country alike.</summary>
    public static Utf8JsonWriter Writer(Stream stream, bool indented) => new(
        stream,
        new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    /// <summary>What a writer writes, as text.</summary>
    public static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>
    /// A number, or null where there is none: a ratio over nothing is not a number.
    /// </summary>
    public static void Number(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    /// <summary>A C# name as JSON spells it: <c>KvCapacity</c> is <c>kv_capacity</c>.</summary>
    public static string Name<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>A number as text, shortest round-trip.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
