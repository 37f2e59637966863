using AccelSim.Models;

namespace AccelSim.Costs.Analytical;

/// <summary>What an operator finds on the chip, left by another one or another step.</summary>
internal static class Residency
{
    /// <summary>Bytes that need not come from, or go to, main memory.</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="store">Bytes of the last cache or the scratchpads.</param>
    /// <param name="activationShare">Share of it for what one operator hands to the next.</param>
    /// <param name="weightShare">
    /// Share of it for the weights of one operator in all its layers, which stay from step to step.
    /// </param>
    public static double Spared(
        in Operator @operator, double store, double activationShare, double weightShare)
    {
        double activations = @operator.InputBytes.Value + @operator.OutputBytes.Value;
        double weights = @operator.WeightBytes.Value;
        return Math.Min(activations, store * activationShare)
            + Math.Min(weights, store * weightShare / Math.Max(1, @operator.Count));
    }
}
