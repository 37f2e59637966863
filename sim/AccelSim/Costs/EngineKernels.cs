using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>What is special about an engine's kernels and how tables measured them.</summary>
/// <remarks>
/// Figures of kernels are fitted to several engines at once. These say what tells one from the
/// others, the same on every device.
/// </remarks>
public sealed record EngineKernels
{
    /// <summary>
    /// Cycles per row of activations that quantising takes more than the fitted figure says.
    /// </summary>
    [Limits(AtLeast = 0)]
    public required Fact<Figure> QuantiseRow { get; init; }

    /// <summary>Passes over the activations more than the fitted figure says.</summary>
    [Limits(AtLeast = 0)]
    public required Fact<Figure> QuantisePasses { get; init; }

    /// <summary>The second with a scale for each block of weights.</summary>
    [Limits(AtLeast = 0)]
    public required Fact<Figure> BlockPasses { get; init; }

    /// <summary>Copies of the weights that the tables' collector took turns with.</summary>
    [Limits(AtLeast = 1)]
    public required Fact<Figure> WeightCopies { get; init; }

    /// <summary>The same of the input.</summary>
    [Limits(AtLeast = 1)]
    public required Fact<Figure> InputCopies { get; init; }

    /// <summary>Energy of its operands' products over that of random ones.</summary>
    [Limits(MoreThan = 0, AtMost = 1)]
    public required Fact<Figure> OperandActivity { get; init; }

    /// <summary>How this engine's kernels ran in the measured tables.</summary>
    /// <param name="isBlockScaled">Whether each block of weights has a scale.</param>
    public KernelConditions Measured(bool isBlockScaled) => new()
    {
        WeightCopies = WeightCopies.Value.Value,
        InputCopies = InputCopies.Value.Value,
        OperandActivity = OperandActivity.Value.Value,
        QuantiseRow = isBlockScaled ? 0 : QuantiseRow.Value.Value,
        QuantisePasses = (isBlockScaled ? BlockPasses : QuantisePasses).Value.Value,
    };
}
