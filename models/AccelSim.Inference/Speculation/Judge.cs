using AccelSim.Inference.Execution;

namespace AccelSim.Inference.Speculation;

/// <summary>Decides which proposed tokens stand, from the logits at each.</summary>
internal static class Judge
{
    /// <summary>Walks from the sequence's last token along what is accepted.</summary>
    /// <param name="chooser">Draws as the model would.</param>
    /// <param name="rule">Decides about drawn tokens.</param>
    /// <param name="proposal">What was proposed.</param>
    /// <param name="target">Has run it.</param>
    /// <param name="row">The row of logits after the last token; those of the proposal follow.
    /// </param>
    /// <returns>Which are accepted, one after the other, and the token after them.</returns>
    public static (List<int> Accepted, int Next) Of(
        Chooser chooser, IAcceptanceRule rule, Proposal proposal, IExecutor target, int row)
    {
        List<int> accepted = [];
        while (true)
        {
            var last = accepted.Count == 0 ? -1 : accepted[^1];
            var children = Enumerable.Range(last + 1, proposal.Tokens.Count - last - 1)
                .Where(child => proposal.Parent(child) == last);
            var (child, next) = Choose(
                chooser, rule, target.Logits(row + last + 1), proposal, children);
            if (child is not { } taken) return (accepted, next);
            accepted.Add(taken);
        }
    }

    /// <summary>The first child that is accepted, or else a token.</summary>
    private static (int? Child, int Token) Choose(
        Chooser chooser, IAcceptanceRule rule, ReadOnlySpan<float> logits, Proposal proposal,
        IEnumerable<int> children)
    {
        if (chooser.IsGreedy)
        {
            var best = chooser.Choose(logits).Token;
            foreach (var child in children)
            {
                if (proposal.Tokens[child] == best) return (child, best);
            }
            return (null, best);
        }
        var odds = chooser.Odds(logits);
        foreach (var child in children)
        {
            var token = proposal.Tokens[child];
            if (rule.Accept(odds, proposal.Odds[child], token, chooser.Random))
                return (child, token);
        }
        return (null, Chooser.Draw(odds, chooser.Random));
    }
}
