namespace AccelSim.Units;

/// <summary>Operations of one compute unit in one clock cycle.</summary>
/// <param name="Value">Operations per cycle. The default is zero.</param>
public readonly record struct FlopsPerCycle(double Value)
    : IQuantity<FlopsPerCycle>, IComparable<FlopsPerCycle>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "FLOP/cycle",
        "4096 FLOP/cycle",
        new Dictionary<string, double>
        {
            ["FLOP/cycle"] = 1,
            ["OP/cycle"] = 1,
            ["MAC/cycle"] = 2,
            ["FMA/cycle"] = 2,
        },
        ["FLOP/cycle"]);

    /// <inheritdoc/>
    public static FlopsPerCycle FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Scaled.</summary>
    public static FlopsPerCycle operator *(double factor, FlopsPerCycle quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static FlopsPerCycle operator *(FlopsPerCycle quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(FlopsPerCycle left, FlopsPerCycle right) =>
        left.Value / right.Value;

    /// <summary>The rate at a clock.</summary>
    public static FlopsPerSecond operator *(FlopsPerCycle rate, Hertz clock) =>
        new(rate.Value * clock.Value);

    /// <inheritdoc/>
    public int CompareTo(FlopsPerCycle other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(FlopsPerCycle left, FlopsPerCycle right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(FlopsPerCycle left, FlopsPerCycle right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(FlopsPerCycle left, FlopsPerCycle right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(FlopsPerCycle left, FlopsPerCycle right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
