using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AccelSim.Units;

/// <summary>Reads and prints quantities: a number, an optional space, a unit symbol.</summary>
/// <remarks>
/// GB is 10⁹ bytes, GiB is 2³⁰ bytes, Gbit is 10⁹/8 bytes; symbols are case-sensitive, so that
/// mW (milli) and MW (mega) stay apart.
/// </remarks>
public static class Quantity
{
    /// <summary>
    /// Reads a quantity, or says in one clause what is wrong and what would be right.
    /// </summary>
    /// <param name="text">Such as <c>3.35 TB/s</c>; digits with '.', optional exponent.</param>
    /// <param name="value">The quantity; default where the text is not one.</param>
    /// <param name="problem">The clause for an error message; null on success.</param>
    public static bool TryParse<T>(
        string text, out T value, [NotNullWhen(false)] out string? problem)
        where T : struct, IQuantity<T>
    {
        ArgumentNullException.ThrowIfNull(text);
        var dimension = T.Dimension;
        value = default;
        var (number, unit) = Split(text);
        if (number.Length == 0
            || !double.TryParse(
                number, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount)
            || !double.IsFinite(amount))
        {
            problem = $"\"{text}\" is not a quantity in {Name(dimension)}; "
                + $"write it as \"{dimension.Example}\".";
            return false;
        }
        if (!dimension.Units.TryGetValue(unit, out var factor))
        {
            problem = unit.Length == 0
                ? $"\"{text}\" has no unit; write it as \"{dimension.Example}\"."
                : $"\"{text}\" is not a quantity in {Name(dimension)}; "
                    + $"write it as \"{Suggest(number, unit, dimension)}\".";
            return false;
        }
        var exact = amount * factor;
        try
        {
            value = T.FromBase(exact);
        }
        catch (OverflowException)
        {
            problem = $"\"{text}\" is too large; write it like \"{dimension.Example}\".";
            return false;
        }
        // Whole-number quantities round; a text that is not whole is a mistake, not a rounding.
        if (Math.Abs(value.BaseValue - exact) > 1e-9 * Math.Abs(exact))
        {
            problem = $"\"{text}\" is not a whole number of "
                + $"{(dimension.Symbol.Length == 0 ? "things" : dimension.Symbol)}; "
                + $"write it like \"{dimension.Example}\".";
            return false;
        }
        problem = null;
        return true;
    }

    /// <summary>Reads a quantity that is known to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a quantity of this kind.</exception>
    public static T Parse<T>(string text) where T : struct, IQuantity<T> =>
        TryParse<T>(text, out var value, out var problem)
            ? value
            : throw new FormatException(problem);

    /// <summary>Prints with the largest unit that keeps the number at or above one.</summary>
    /// <param name="value">The quantity.</param>
    /// <param name="digits">Significant digits.</param>
    public static string Format<T>(T value, int digits = 4) where T : struct, IQuantity<T>
    {
        var dimension = T.Dimension;
        if (Whole(value.BaseValue, dimension) is { } whole) return whole;
        var unit = dimension.Display[0];
        foreach (var candidate in dimension.Display)
        {
            if (Math.Abs(value.BaseValue) >= dimension.Units[candidate]) unit = candidate;
        }
        if (value.BaseValue == 0) unit = dimension.Symbol;
        var amount = value.BaseValue / dimension.Units[unit];
        var number = amount.ToString("G" + digits, CultureInfo.InvariantCulture);
        if (number.Contains('E', StringComparison.Ordinal))
        {
            number = amount.ToString("0.###", CultureInfo.InvariantCulture);
        }
        return unit.Length == 0 ? number : $"{number} {unit}";
    }

    /// <summary>Memory comes in powers of two: 80 GiB reads better than 85.9 GB.</summary>
    private static string? Whole(double amount, Dimension dimension)
    {
        foreach (var unit in dimension.Binary)
        {
            var count = amount / dimension.Units[unit];
            if (count >= 1 && count < 1024 && count == Math.Floor(count))
                return string.Create(CultureInfo.InvariantCulture, $"{count} {unit}");
        }
        return null;
    }

    private static string Name(Dimension dimension) =>
        dimension.Symbol.Length == 0 ? "plain numbers" : dimension.Symbol;

    private static (string Number, string Unit) Split(string text)
    {
        var trimmed = text.Trim();
        var end = 0;
        while (end < trimmed.Length && IsNumberPart(trimmed, end)) end++;
        return (trimmed[..end], trimmed[end..].Trim());
    }

    private static bool IsNumberPart(string text, int index)
    {
        var c = text[index];
        if (char.IsAsciiDigit(c) || c == '.') return true;
        if (c is '+' or '-') return index == 0 || text[index - 1] is 'e' or 'E';
        // An exponent only where a digit or sign follows: "3 EB" is a unit, "3e9 B" is not.
        return c is 'e' or 'E' && index > 0 && index + 1 < text.Length
            && (char.IsAsciiDigit(text[index + 1]) || text[index + 1] is '+' or '-');
    }

    private static string Suggest(string number, string unit, Dimension dimension)
    {
        // A unit that lacks only its tail ("TB" for "TB/s") or differs only in case.
        foreach (var known in dimension.Units.Keys)
        {
            if (known.Length > 0 && unit.Length > 0
                && (known.StartsWith(unit + "/", StringComparison.Ordinal)
                    || known.Equals(unit, StringComparison.OrdinalIgnoreCase)))
            {
                return $"{number} {known}";
            }
        }
        return dimension.Example;
    }
}
