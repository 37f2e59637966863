namespace AccelSim.Inference.Speculation;

/// <summary>
/// Prompt lookup: what followed the last tokens where they stood before (Saxena 2023). The longest
/// run of last tokens counts, the latest place of several.
/// </summary>
/// <param name="longest">Most tokens that are looked up.</param>
/// <param name="shortest">Fewest tokens that are looked up.</param>
public sealed class NgramProposer(int longest = 4, int shortest = 2) : IProposer
{
    /// <inheritdoc/>
    public string Name => "ngram";

    /// <inheritdoc/>
    public Proposal Propose(IReadOnlyList<int> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        for (var length = Math.Min(longest, tokens.Count - 1); length >= shortest; length--)
        {
            for (var end = tokens.Count - 2; end >= length - 1; end--)
            {
                if (Same(tokens, end, length))
                    return Proposal.Certain(Continuation.From(tokens, end + 1, most));
            }
        }
        return Proposal.Empty;
    }

    private static bool Same(IReadOnlyList<int> tokens, int end, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (tokens[end - i] != tokens[tokens.Count - 1 - i]) return false;
        }
        return true;
    }
}

/// <summary>What followed once may follow again.</summary>
internal static class Continuation
{
    /// <summary>Tokens from a place on; past the end what has been copied so far.</summary>
    public static int[] From(IReadOnlyList<int> tokens, int start, int count)
    {
        var copied = new int[count];
        for (var i = 0; i < count; i++)
        {
            var at = start + i;
            copied[i] = at < tokens.Count ? tokens[at] : copied[at - tokens.Count];
        }
        return copied;
    }
}
