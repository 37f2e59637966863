using AccelSim.Hardware;

namespace AccelSim.Costs;

/// <summary>What the price of an operator rests on, for people.</summary>
/// <param name="Family">The kernels that run it.</param>
/// <param name="Ground">What ground it stands on.</param>
/// <param name="Tag">What its figures rest on; null where its resources say it.</param>
/// <param name="Widening">How much wider the band is than on the rows of the fit.</param>
/// <param name="Beyond">Sizes beyond those rows.</param>
public sealed record PriceBasis(
    KernelFamily Family, PriceGround Ground, Provenance? Tag, double Widening,
    IReadOnlyList<SizeBeyond> Beyond)
{
    /// <summary>The kernel's formula; null where the roofline stands in.</summary>
    public ExplainedKernel? Kernel { get; init; }
}

/// <summary>A kernel's price with its formula and figures.</summary>
/// <param name="Formula">How the parts make the time.</param>
/// <param name="Parts">The parts that take time.</param>
/// <param name="Figures">What was fitted.</param>
/// <param name="Rows">Measured rows behind the figures; 0 where that is not stated.</param>
/// <param name="Seconds">The kernel's time, before a power limit slows it.</param>
public sealed record ExplainedKernel(
    string Formula, IReadOnlyList<KernelPart> Parts, IReadOnlyList<KernelFigure> Figures, int Rows,
    double Seconds);

/// <summary>A part of a kernel's time.</summary>
/// <param name="Name">Fixed, matrix, vector, memory, cache or link.</param>
/// <param name="Formula">In words; empty where the whole says it.</param>
/// <param name="Seconds">What it would take alone.</param>
/// <param name="Binding">Whether it is the longest.</param>
public sealed record KernelPart(string Name, string Formula, double Seconds, bool Binding);

/// <summary>A fitted figure.</summary>
/// <param name="Name">As in files.</param>
/// <param name="Meaning">What it stands for.</param>
/// <param name="Fact">Its value and where it comes from.</param>
public sealed record KernelFigure(string Name, string Meaning, FactSource Fact);

/// <summary>A size beyond those that a fit has seen.</summary>
/// <param name="Family">The kernels.</param>
/// <param name="Axis">The axis, such as <c>m</c> or <c>keys</c>.</param>
/// <param name="Size">The operator's size along it.</param>
/// <param name="Low">The least that was measured.</param>
/// <param name="High">The greatest that was measured.</param>
public readonly record struct SizeBeyond(
    KernelFamily Family, string Axis, double Size, double Low, double High)
{
    /// <summary>How far beyond, as a natural logarithm: 0.69 is a factor of two.</summary>
    public double Distance => DistanceOf(Size, Low, High);

    /// <summary>ln of the factor between a size and the nearest end; 0 within.</summary>
    /// <remarks>Sizes are counts: none counts as a half.</remarks>
    internal static double DistanceOf(double size, double low, double high) =>
        size > high ? Math.Log(size / Math.Max(high, 0.5))
        : size < low ? Math.Log(low / Math.Max(size, 0.5))
        : 0;
}
