using AccelSim.Hardware;

namespace AccelSim.Costs;

/// <summary>What the price of an operator rests on, for people.</summary>
/// <param name="Family">The kernels that run it.</param>
/// <param name="Ground">What ground it stands on.</param>
/// <param name="Tag">What its figures rest on.</param>
/// <param name="Facts">The fitted figures; empty where nothing was fitted.</param>
/// <param name="Rows">Measured rows behind them; 0 where that is not stated.</param>
/// <param name="Widening">How much wider the band is than on the rows of the fit.</param>
/// <param name="Beyond">Sizes beyond those rows.</param>
public sealed record PriceBasis(
    KernelFamily Family, PriceGround Ground, Provenance Tag, IReadOnlyList<FactSource> Facts,
    int Rows, double Widening, IReadOnlyList<SizeBeyond> Beyond);

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
