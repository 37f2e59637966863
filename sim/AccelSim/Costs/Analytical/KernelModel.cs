using AccelSim.Models;

namespace AccelSim.Costs.Analytical;

/// <summary>The physics of one sort of kernel on one fabric, with figures to be fitted.</summary>
public abstract class KernelModel
{
    /// <summary>The figures in the order in which <see cref="Price"/> takes them.</summary>
    public abstract IReadOnlyList<KernelParameter> Parameters { get; }

    /// <summary>The formula of <see cref="Price"/>, for people.</summary>
    public virtual KernelFormula Formula { get; } = new(KernelFormula.Smooth);

    /// <summary>Prices one operator. Allocates nothing.</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="machine">The device's facts.</param>
    /// <param name="figures">As <see cref="Parameters"/> orders them.</param>
    /// <param name="time">Its parts, in seconds.</param>
    public abstract void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time);
}

/// <summary>A figure that a kernel model needs, and what calibration may make of it.</summary>
/// <param name="Name">Its name in files, in camelCase.</param>
/// <param name="Unit">Its unit in files: one of <see cref="Units.Figure.Units"/>.</param>
/// <param name="Low">The least value that makes sense.</param>
/// <param name="High">The greatest.</param>
/// <param name="Start">Where fits begin: between the two.</param>
/// <param name="Meaning">What it stands for, with its source.</param>
public sealed record KernelParameter(
    string Name, string Unit, double Low, double High, double Start, string Meaning)
{
    /// <summary>
    /// Names one of a few ways, so that files state it and no fit moves it; whole numbers.
    /// </summary>
    public bool IsChoice { get; init; }
}

/// <summary>What one kernel takes, in seconds, and what each part would need alone.</summary>
/// <remarks>
/// The parts overlap, so that <see cref="Seconds"/> is less than their sum; reports divide it among
/// the parts, the fixed one in full and the others by their cubes: the longest counts most.
/// </remarks>
public struct KernelTime
{
    /// <summary>The time of the kernel, everything included.</summary>
    public double Seconds { get; set; }

    /// <summary>Launch, prologues and what else does not depend on overlap.</summary>
    public double Fixed { get; set; }

    /// <summary>Matrix units.</summary>
    public double Matrix { get; set; }

    /// <summary>Vector lanes and special functions.</summary>
    public double Vector { get; set; }

    /// <summary>Main memory.</summary>
    public double Memory { get; set; }

    /// <summary>Caches and scratchpads.</summary>
    public double Cache { get; set; }

    /// <summary>Links to other accelerators.</summary>
    public double Link { get; set; }
}
