using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Units;

namespace AccelSim.Cli.Output;

/// <summary>Numbers as tables show them: few digits, the same in every country.</summary>
internal static class Figures
{
    /// <summary>A whole number with thousands apart.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with so many significant digits, never with an exponent.</summary>
    public static string Number(double value, int digits = 4)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        if (value == 0) return "0";
        var decimals = digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return decimals > 0
            ? value.ToString("F" + Math.Min(decimals, 12), CultureInfo.InvariantCulture)
            : value.ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>A share in percent.</summary>
    public static string Share(double share) => share switch
    {
        double.NaN => "–",
        0 => "0 %",
        < 0.001 => "< 0.1 %",
        _ => (share * 100).ToString(share < 0.1 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %",
    };

    /// <summary>A number with its band: <c>12.3 [11.1, 13.9]</c>.</summary>
    public static string Banded(double value, Band? band) => band is { } known
        ? $"{Number(value)} [{Number(known.Low, 3)}, {Number(known.High, 3)}]"
        : Number(value);

    /// <summary>Milliseconds without the unit.</summary>
    public static string Milliseconds(Seconds? time) =>
        time is { } value ? Number(value.Milliseconds) : "–";

    /// <summary>A tag as users see it.</summary>
    public static string Tag(Provenance tag) => JsonNames.Of(tag.ToString());

    /// <summary>An enum's value as JSON has it.</summary>
    public static string Name<T>(T value) where T : struct, Enum =>
        JsonNames.Of(value.ToString());

    /// <summary>An enum's value as words, such as <c>kv blocks</c>.</summary>
    public static string Words<T>(T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) =>
            char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));

    /// <summary>How many, with the noun that fits.</summary>
    public static string Plural(long count, string one, string? many = null) =>
        $"{Whole(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A count of parameters: <c>8.03 B</c>.</summary>
    public static string Billions(long count) => count >= 1_000_000_000
        ? Number(count / 1e9, 3) + " B"
        : Number(count / 1e6, 3) + " M";
}
