namespace AccelSim.Models;

/// <summary>How kernels were run, where that is not as in serving.</summary>
/// <remarks>
/// A kernel that is timed alone finds in the cache what its last run left there; in a model, all
/// other layers ran since. Engines also differ in the kernels around a product.
/// </remarks>
public sealed record KernelConditions
{
    /// <summary>
    /// Copies of the weights that runs take turns with; 0: they come from main memory.
    /// </summary>
    public double WeightCopies { get; init; }

    /// <summary>The same of the input.</summary>
    public double InputCopies { get; init; } = 1;

    /// <summary>
    /// Energy of a product over that of random operands: constant operands switch fewer bits.
    /// </summary>
    public double OperandActivity { get; init; } = 1;

    /// <summary>
    /// Cycles that quantising each row of activations takes more than in the engine that the
    /// kernel's figures were fitted to.
    /// </summary>
    public double QuantiseRow { get; init; }

    /// <summary>How often it reads the activations more than that engine does.</summary>
    public double QuantisePasses { get; init; }
}
