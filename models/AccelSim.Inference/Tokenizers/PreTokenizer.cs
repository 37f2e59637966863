using System.Text.RegularExpressions;
using AccelSim.Configuration;

namespace AccelSim.Inference.Tokenizers;

/// <summary>Cuts a text into pieces that tokens never reach across.</summary>
/// <param name="text">A piece of the step before.</param>
/// <param name="isFirst">Whether it begins the whole text.</param>
internal delegate IEnumerable<string> PreTokenizer(string text, bool isFirst);

/// <summary>What happens to what a pattern finds.</summary>
internal enum SplitBehaviour
{
    Isolated,
    Removed,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>The steps that tokenizer files name.</summary>
internal static class PreTokenizers
{
    /// <summary>GPT-2's pattern (Radford 2019, encoder.py).</summary>
    public const string Gpt2 =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Llama 3's pattern, as its tokenizer.json states it.</summary>
    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
        + @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen 2's pattern, as its tokenizer.json states it.</summary>
    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"
        + @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Patterns come from strangers; one that runs away is stopped.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>A pattern of a file.</summary>
    /// <exception cref="ConfigException">It is no pattern that .NET understands.</exception>
    public static Regex Pattern(string pattern, string file, int line, string path)
    {
        try
        {
            return new(pattern, RegexOptions.CultureInvariant, Longest);
        }
        catch (ArgumentException e)
        {
            throw new ConfigException(file, line, path, "is not a pattern: " + e.Message);
        }
    }

    /// <summary>Cuts at what a pattern finds.</summary>
    public static PreTokenizer Split(
        Regex pattern, SplitBehaviour behaviour, bool invert, string file) =>
        (text, _) =>
        {
            try
            {
                return Behave(text, Cuts(text, pattern, invert), behaviour);
            }
            catch (RegexMatchTimeoutException)
            {
                throw new ConfigException(file, 0, "",
                    $"its pattern took longer than {Longest.TotalSeconds:0} s on a text of "
                    + $"{text.Length:N0} characters.");
            }
        };

    /// <summary>Spaces become a character that begins a piece; a text may get one in front.
    /// </summary>
    public static PreTokenizer Metaspace(char replacement, string prepend, bool split) =>
        (text, isFirst) =>
        {
            var spaced = text.Replace(' ', replacement);
            var gets = prepend == "always" || (prepend == "first" && isFirst);
            if (gets && !spaced.StartsWith(replacement)) spaced = replacement + spaced;
            return split ? BeforeEach(spaced, replacement) : [spaced];
        };

    /// <summary>A space in front of a text that has none.</summary>
    public static PreTokenizer PrefixSpace { get; } =
        (text, _) => [text.StartsWith(' ') ? text : " " + text];

    private static IEnumerable<string> BeforeEach(string text, char mark)
    {
        var from = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != mark) continue;
            yield return text[from..i];
            from = i;
        }
        yield return text[from..];
    }

    private static List<(int From, int To, bool IsMatch)> Cuts(
        string text, Regex pattern, bool invert)
    {
        var points = CodePoints.Of(text);
        var cuts = new List<(int, int, bool)>();
        var last = 0;
        foreach (var match in pattern.EnumerateMatches(points.Text))
        {
            if (match.Length == 0) continue;
            var (from, to) = (points.Start(match.Index), points.Start(match.Index + match.Length));
            if (from > last) cuts.Add((last, from, invert));
            cuts.Add((from, to, !invert));
            last = to;
        }
        if (last < text.Length) cuts.Add((last, text.Length, invert));
        return cuts;
    }

    private static List<string> Behave(
        string text, List<(int From, int To, bool IsMatch)> cuts, SplitBehaviour behaviour)
    {
        var pieces = new List<string>(cuts.Count);
        for (var i = 0; i < cuts.Count; i++)
        {
            var (from, to, isMatch) = cuts[i];
            if (behaviour == SplitBehaviour.Removed && isMatch) continue;
            while (i + 1 < cuts.Count && Joins(cuts[i].IsMatch, cuts[i + 1].IsMatch, behaviour))
                to = cuts[++i].To;
            pieces.Add(text[from..to]);
        }
        return pieces;
    }

    private static bool Joins(bool isMatch, bool isNextMatch, SplitBehaviour behaviour) =>
        behaviour switch
        {
            SplitBehaviour.MergedWithPrevious => !isMatch && isNextMatch,
            SplitBehaviour.MergedWithNext => isMatch && !isNextMatch,
            SplitBehaviour.Contiguous => isMatch == isNextMatch,
            _ => false,
        };
}
