using System.Numerics.Tensors;
using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>Turns logits into probabilities and draws from them.</summary>
/// <param name="temperature">0 takes the likeliest token, the first of equals.</param>
/// <param name="random">Decides what is drawn.</param>
internal sealed class Chooser(double temperature, SimRandom random)
{
    public bool IsGreedy => temperature <= 0;

    public SimRandom Random => random;

    /// <summary>The probabilities that a sampler of that temperature draws from.</summary>
    public double[] Odds(ReadOnlySpan<float> logits)
    {
        var odds = new double[logits.Length];
        var largest = TensorPrimitives.Max(logits);
        for (var i = 0; i < odds.Length; i++)
            odds[i] = Math.Exp((logits[i] - largest) / temperature);
        var sum = odds.Sum();
        for (var i = 0; i < odds.Length; i++) odds[i] /= sum;
        return odds;
    }

    /// <summary>Chooses a token; also says what it was drawn from, null where it was not.</summary>
    public (int Token, double[]? Odds) Choose(ReadOnlySpan<float> logits)
    {
        if (IsGreedy) return (TensorPrimitives.IndexOfMax(logits), null);
        var odds = Odds(logits);
        return (Draw(odds, random), odds);
    }

    /// <summary>Draws in proportion to weights, which need not sum to 1.</summary>
    public static int Draw(ReadOnlySpan<double> weights, SimRandom random)
    {
        var left = random.NextDouble() * TensorPrimitives.Sum(weights);
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0) continue;
            last = i;
            left -= weights[i];
            if (left < 0) break;
        }
        return last;
    }
}
