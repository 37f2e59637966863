using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Finds the prefix that was meant: <c>80 GB</c> for <c>80 MB</c>.</summary>
internal static class PrefixHint
{
    private static readonly string[] Prefixes =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "f", "p"];

    /// <summary>The end of a sentence: a full stop, or a question and the text meant.</summary>
    public static string For<T>(string text, Func<double, bool> isPlausible)
        where T : struct, IQuantity<T> => For(text, QuantityReader.For(typeof(T))!, isPlausible);

    /// <inheritdoc cref="For{T}"/>
    public static string For(string text, QuantityReader reader, Func<double, bool> isPlausible)
    {
        var at = text.LastIndexOf(' ');
        if (at < 0) return ".";
        var (number, unit) = (text[..at], text[(at + 1)..]);
        foreach (var other in reader.Dimension.Units.Keys)
        {
            var meant = $"{number} {other}";
            if (other != unit && Stem(other, unit) && reader.Amount(meant) is { } amount
                && isPlausible(amount)) return $"; did you mean \"{meant}\"?";
        }
        return ".";
    }

    /// <summary>Whether two units differ in nothing but a prefix of the same kind.</summary>
    private static bool Stem(string one, string other) => Prefixes.Any(mine =>
        Prefixes.Any(theirs => mine.EndsWith('i') == theirs.EndsWith('i')
            && one.StartsWith(mine, StringComparison.Ordinal)
            && other.StartsWith(theirs, StringComparison.Ordinal)
            && one[mine.Length..] == other[theirs.Length..]
            && one[mine.Length..].Length > 0));
}
