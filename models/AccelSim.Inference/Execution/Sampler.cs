using System.Numerics.Tensors;
using AccelSim.Workloads;

namespace AccelSim.Inference.Execution;

/// <summary>Chooses tokens from logits.</summary>
/// <param name="temperature">0 takes the likeliest, the first of equals.</param>
/// <param name="seed">Decides the choices of one sequence.</param>
public sealed class Sampler(double temperature, long seed)
{
    private readonly SimRandom _random = new(seed, "sampling");

    /// <summary>Whether it takes the likeliest.</summary>
    internal bool IsGreedy => temperature <= 0;

    /// <summary>Chooses one.</summary>
    /// <param name="logits">Changed on the way where the temperature is above 0.</param>
    public int Choose(Span<float> logits)
    {
        if (IsGreedy) return TensorPrimitives.IndexOfMax<float>(logits);
        TensorPrimitives.Divide(logits, (float)temperature, logits);
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max<float>(logits), logits);
        TensorPrimitives.Exp(logits, logits);
        var sum = 0.0;
        foreach (var weight in logits) sum += weight;
        var left = _random.NextDouble() * sum;
        var last = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            if (logits[i] == 0) continue;
            last = i;
            left -= logits[i];
            if (left < 0) break;
        }
        return last;
    }
}
