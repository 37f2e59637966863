namespace AccelSim.Units;

/// <summary>A rate of operations; dense unless a name says otherwise.</summary>
/// <param name="Value">Operations per second. The default is zero.</param>
public readonly record struct FlopsPerSecond(double Value)
    : IQuantity<FlopsPerSecond>, IComparable<FlopsPerSecond>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "FLOP/s",
        "989.4 TFLOP/s",
        new Dictionary<string, double>
        {
            ["FLOP/s"] = 1,
            ["MFLOP/s"] = 1e6,
            ["GFLOP/s"] = 1e9,
            ["TFLOP/s"] = 1e12,
            ["PFLOP/s"] = 1e15,
            ["OP/s"] = 1,
            ["GOP/s"] = 1e9,
            ["TOP/s"] = 1e12,
            ["POP/s"] = 1e15,
            ["GFLOPS"] = 1e9,
            ["TFLOPS"] = 1e12,
            ["PFLOPS"] = 1e15,
            ["TOPS"] = 1e12,
        },
        ["FLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s", "PFLOP/s"]);

    /// <inheritdoc/>
    public static FlopsPerSecond FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static FlopsPerSecond operator +(FlopsPerSecond left, FlopsPerSecond right) =>
        new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static FlopsPerSecond operator -(FlopsPerSecond left, FlopsPerSecond right) =>
        new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static FlopsPerSecond operator *(double factor, FlopsPerSecond quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static FlopsPerSecond operator *(FlopsPerSecond quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(FlopsPerSecond left, FlopsPerSecond right) =>
        left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(FlopsPerSecond other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(FlopsPerSecond left, FlopsPerSecond right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(FlopsPerSecond left, FlopsPerSecond right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(FlopsPerSecond left, FlopsPerSecond right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(FlopsPerSecond left, FlopsPerSecond right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
