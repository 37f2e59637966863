using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AccelSim.Configuration;

/// <summary>How C# names are written in JSON.</summary>
public static class JsonNames
{
    /// <summary>A property or enum value in camelCase.</summary>
    public static string Of(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>The values of an enum in the order of their declaration.</summary>
    public static IReadOnlyList<string> OfEnum(Type type) =>
        [.. Enum.GetNames(type).Select(Of)];

    /// <summary>A type's name as words, such as <c>number format</c>.</summary>
    public static string Words(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return string.Concat(type.Name.Select((c, i) =>
            char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
    }

    /// <summary>A number as messages print it.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A name or text out of JSON; bytes that are not UTF-8 become U+FFFD.</summary>
    internal static string Unescape(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
