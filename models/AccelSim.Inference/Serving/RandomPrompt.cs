using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Inference.Serving;

/// <summary>Prompts that nobody wrote.</summary>
public static class RandomPrompt
{
    /// <summary>Tokens drawn evenly from the vocabulary.</summary>
    /// <param name="shape">Whose vocabulary.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them, with the number.</param>
    /// <param name="number">Each request has its own.</param>
    public static List<int> Of(ModelConfig shape, int count, long seed, long number)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var random = new SimRandom(seed + number, "prompt");
        return
        [
            .. Enumerable.Range(0, count).Select(_ => random.NextInt(0, shape.Vocabulary - 1)),
        ];
    }
}
