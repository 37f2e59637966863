using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>Makes flags whose wrong values are told in the words of this program.</summary>
internal static class Flag
{
    /// <summary>The most tokens, requests or sequences that a flag may state.</summary>
    public const int MostTokens = 10_000_000;

    /// <summary>The most accelerators along one dimension of a plan.</summary>
    public const int MostRanks = 1000;

    /// <summary>
    /// Turns the text of a value into the value, or throws what is wrong with it.
    /// </summary>
    public delegate T Reader<out T>(string text);

    /// <summary>A flag with a value of any kind.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="value">What help shows for the value.</param>
    /// <param name="description">One clause; no default means none.</param>
    /// <param name="read">Throws <see cref="FormatException"/> with what is wrong.</param>
    /// <param name="aliases">Other names, with their dashes.</param>
    public static Option<T> Of<T>(
        string name, string value, string description, Reader<T> read,
        params string[] aliases) => new(name, aliases)
        {
            HelpName = value,
            Description = description,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse(result, name, read),
        };

    /// <summary>Text.</summary>
    public static Option<string?> Text(
        string name, string value, string description, params string[] aliases) =>
        Of<string?>(name, value, description, NotEmpty, aliases);

    /// <summary>A whole number from 1; more than anybody has is a slip of the keyboard.</summary>
    public static Option<int?> Whole(
        string name, string value, string description, int atMost = MostTokens,
        params string[] aliases) =>
        Of<int?>(name, value, description, text => (int)ReadWhole(text, 1, atMost), aliases);

    /// <summary>A number.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="value">What help shows for the value.</param>
    /// <param name="description">One clause.</param>
    /// <param name="moreThan">It must be more than this.</param>
    /// <param name="aliases">Other names.</param>
    public static Option<double?> Number(
        string name, string value, string description, double moreThan = 0,
        params string[] aliases) =>
        Of<double?>(name, value, description, text => ReadNumber(text, moreThan), aliases);

    /// <summary>On or absent.</summary>
    public static Option<bool> Switch(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>One of an enum's values, written as vLLM would: <c>shortest-first</c>.</summary>
    public static Option<T?> Choice<T>(string name, string description, params string[] aliases)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(Dashed)];
        return Of<T?>(name, string.Join('|', names), description, ReadChoice, aliases);

        T? ReadChoice(string text)
        {
            var at = Array.IndexOf(names, text);
            return at >= 0
                ? Enum.GetValues<T>()[at]
                : throw new FormatException(
                    $"\"{text}\" is not known; {NearestName.Hint(text, names)}");
        }
    }

    /// <summary>Reads a whole number, also <c>1_000</c> and <c>1,000</c> are refused.</summary>
    public static long ReadWhole(string text, long atLeast, long atMost = long.MaxValue)
    {
        if (!long.TryParse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw new FormatException(text.Length > 0 && text.All(char.IsAsciiDigit)
                ? $"must be at most {atMost}, but {text} is not."
                : $"expected a whole number, but found \"{text}\".");
        }
        if (value < atLeast)
            throw new FormatException($"must be at least {atLeast}, but {value} is not.");
        return value <= atMost
            ? value
            : throw new FormatException($"must be at most {atMost}, but {value} is not.");
    }

    private static double ReadNumber(string text, double moreThan)
    {
        if (text == "inf") return double.PositiveInfinity;
        if (!double.TryParse(
                text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value))
        {
            throw new FormatException($"expected a number, but found \"{text}\".");
        }
        return value > moreThan
            ? value
            : throw new FormatException(
                $"must be more than {JsonNames.Number(moreThan)}, but {text} is not.");
    }

    private static string NotEmpty(string text) => string.IsNullOrWhiteSpace(text)
        ? throw new FormatException("is empty.")
        : text;

    private static string Dashed(string name) => string.Concat(name.Select((c, i) =>
        char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static T Parse<T>(ArgumentResult result, string name, Reader<T> read)
    {
        try
        {
            return read(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError($"{name}: {e.Message}");
            return default!;
        }
    }
}
