namespace AccelSim.Inference.Speculation;

/// <summary>Guesses how a sequence goes on, more cheaply than its model finds out.</summary>
public interface IProposer
{
    /// <summary>As flags and tables call it.</summary>
    string Name { get; }

    /// <summary>Guesses.</summary>
    /// <param name="tokens">Prompt and answer so far, all of them final.</param>
    /// <param name="most">The most tokens to propose.</param>
    Proposal Propose(IReadOnlyList<int> tokens, int most);
}

/// <summary>Tokens that may come next, one after the other.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Odds">
/// For each the probabilities that it was drawn from; null: it was not drawn but certain.
/// </param>
public sealed record Proposal(IReadOnlyList<int> Tokens, IReadOnlyList<double[]?> Odds)
{
    /// <summary>
    /// For a tree: the token that each follows, an earlier one; −1: the sequence itself. Null:
    /// each follows the one before.
    /// </summary>
    public IReadOnlyList<int>? Parents { get; init; }

    /// <summary>The token that a token follows.</summary>
    public int Parent(int index) => Parents?[index] ?? index - 1;

    /// <summary>Tokens of the longest branch.</summary>
    public int Depth
    {
        get
        {
            var depths = new int[Tokens.Count];
            for (var i = 0; i < depths.Length; i++)
                depths[i] = Parent(i) < 0 ? 1 : depths[Parent(i)] + 1;
            return depths.DefaultIfEmpty().Max();
        }
    }

    /// <summary>Nothing comes to mind.</summary>
    public static Proposal Empty { get; } = new([], []);

    /// <summary>Tokens that were not drawn.</summary>
    public static Proposal Certain(IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return new Proposal(tokens, new double[]?[tokens.Count]);
    }
}
