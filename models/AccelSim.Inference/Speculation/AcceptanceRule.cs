using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>Decides about a proposed token.</summary>
internal interface IAcceptanceRule
{
    /// <summary>Decides.</summary>
    /// <param name="target">
    /// The target's probabilities of each token; where the token is rejected they become those
    /// of the token to take instead.
    /// </param>
    /// <param name="draft">Those that the token was drawn from; null: it was certain.</param>
    /// <param name="token">The proposed token.</param>
    /// <param name="random">Decides what is drawn.</param>
    /// <returns>Whether the proposed token is taken.</returns>
    bool Accept(double[] target, double[]? draft, int token, SimRandom random);
}

/// <summary>
/// Keeps a proposed token x with probability min(1, p(x) / q(x)), else leaves what p has more
/// than q: the output has the distribution p whatever q is (Leviathan, Kalman and Matias 2023;
/// Chen et al. 2023). Branches of a tree are judged one after the other, each against what the
/// ones before left (Miao et al. 2023).
/// </summary>
internal sealed class LosslessRule : IAcceptanceRule
{
    public bool Accept(double[] target, double[]? draft, int token, SimRandom random)
    {
        if (random.NextDouble() * (draft?[token] ?? 1) < target[token]) return true;
        for (var i = 0; i < target.Length; i++)
            target[i] = Math.Max(0, target[i] - (draft?[i] ?? (i == token ? 1 : 0)));
        var sum = target.Sum();
        for (var i = 0; i < target.Length; i++) target[i] /= sum;
        return false;
    }
}
