namespace AccelSim.Inference.Tokenizers;

/// <summary>A token that is found in a text as it is written, before anything else.</summary>
internal sealed record AddedToken(
    string Content, int Id, bool IsSpecial, bool StripsLeft, bool StripsRight, bool IsWord);

/// <summary>Finds added tokens: the leftmost, the longest of those that begin there.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> byFirst;
    private readonly System.Buffers.SearchValues<char> firsts;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        byFirst = tokens.GroupBy(token => token.Content[0]).ToDictionary(
            group => group.Key,
            group => group.OrderByDescending(token => token.Content.Length).ToArray());
        firsts = System.Buffers.SearchValues.Create([.. byFirst.Keys]);
    }

    /// <summary>Stretches of plain text, and the tokens between them.</summary>
    public IEnumerable<(int From, int To, AddedToken? Token)> Cut(string text)
    {
        var last = 0;
        var at = 0;
        while (Next(text, at) is var (start, token))
        {
            var end = start + token.Content.Length;
            at = end;
            if (token.StripsLeft)
            {
                while (start > last && char.IsWhiteSpace(text[start - 1])) start--;
            }
            if (token.StripsRight)
            {
                while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
                at = end;
            }
            if (start > last) yield return (last, start, null);
            yield return (start, end, token);
            last = end;
        }
        if (last < text.Length) yield return (last, text.Length, null);
    }

    private (int Start, AddedToken Token)? Next(string text, int from)
    {
        while (from < text.Length)
        {
            var step = text.AsSpan(from).IndexOfAny(firsts);
            if (step < 0) return null;
            from += step;
            foreach (var token in byFirst[text[from]])
            {
                if (text.AsSpan(from).StartsWith(token.Content, StringComparison.Ordinal)
                    && (!token.IsWord || IsWord(text, from, token.Content.Length)))
                {
                    return (from, token);
                }
            }
            from++;
        }
        return null;
    }

    private static bool IsWord(string text, int from, int length) =>
        (from == 0 || !char.IsLetterOrDigit(text[from - 1]))
        && (from + length == text.Length || !char.IsLetterOrDigit(text[from + length]));
}
