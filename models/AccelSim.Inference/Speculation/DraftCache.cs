namespace AccelSim.Inference.Speculation;

/// <summary>Which tokens of a sequence a draft has in its cache.</summary>
internal static class DraftCache
{
    /// <summary>
    /// Forgets rejected tokens by going back: what follows is written over them. The last token of
    /// the sequence is never kept, so that it can be asked what follows.
    /// </summary>
    /// <param name="cached">What the draft has seen; cut to what still holds.</param>
    /// <param name="tokens">The sequence as it is.</param>
    /// <returns>Tokens that are kept.</returns>
    public static int GoBack(List<int> cached, IReadOnlyList<int> tokens)
    {
        var kept = 0;
        while (kept < Math.Min(cached.Count, tokens.Count - 1) && cached[kept] == tokens[kept])
            kept++;
        cached.RemoveRange(kept, cached.Count - kept);
        return kept;
    }
}
