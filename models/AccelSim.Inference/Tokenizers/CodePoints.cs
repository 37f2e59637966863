using System.Globalization;
using System.Text;

namespace AccelSim.Inference.Tokenizers;

/// <summary>A text in which every character is one unit, for patterns that count characters.
/// </summary>
/// <remarks>
/// .NET's patterns see two units in a character beyond U+FFFF, and neither as letter, digit or
/// symbol. Each such character is replaced by one of the same category within U+FFFF.
/// </remarks>
internal readonly struct CodePoints
{
    private readonly int[]? starts;

    private CodePoints(string text, int[]? starts)
    {
        Text = text;
        this.starts = starts;
    }

    /// <summary>The text that patterns see.</summary>
    public string Text { get; }

    /// <summary>Reads a text whose surrogates are all paired.</summary>
    public static CodePoints Of(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyInRange('\ud800', '\udfff')) return new(text.ToString(), null);
        var replaced = new StringBuilder(text.Length);
        var starts = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            starts.Add(at);
            replaced.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
            at += rune.Utf16SequenceLength;
        }
        starts.Add(at);
        return new(replaced.ToString(), [.. starts]);
    }

    /// <summary>Where a character of <see cref="Text"/> begins in the text itself.</summary>
    public int Start(int index) => starts is null ? index : starts[index];

    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => '\u0100',
        UnicodeCategory.LowercaseLetter => '\u0101',
        UnicodeCategory.TitlecaseLetter => '\u01c5',
        UnicodeCategory.ModifierLetter => '\u02b0',
        UnicodeCategory.OtherLetter => '\u00aa',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00b2',
        UnicodeCategory.ConnectorPunctuation => '\u203f',
        UnicodeCategory.DashPunctuation => '\u2013',
        UnicodeCategory.OtherPunctuation => '\u00a1',
        UnicodeCategory.MathSymbol => '\u00b1',
        UnicodeCategory.CurrencySymbol => '\u00a2',
        UnicodeCategory.ModifierSymbol => '\u00a8',
        UnicodeCategory.OtherSymbol => '\u00a6',
        UnicodeCategory.Format => '\u00ad',
        UnicodeCategory.PrivateUse => '\ue000',
        _ => '\u0378',
    };
}
