namespace AccelSim.Units;

/// <summary>Bytes that one unit moves in one clock cycle.</summary>
/// <param name="Value">Bytes per cycle. The default is zero.</param>
public readonly record struct BytesPerCycle(double Value)
    : IQuantity<BytesPerCycle>, IComparable<BytesPerCycle>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "B/cycle",
        "128 B/cycle",
        new Dictionary<string, double>
        {
            ["B/cycle"] = 1,
            ["bit/cycle"] = 0.125,
            ["KiB/cycle"] = 1024,
        },
        ["B/cycle"]);

    /// <inheritdoc/>
    public static BytesPerCycle FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>The rate at a clock.</summary>
    public static BytesPerSecond operator *(BytesPerCycle rate, Hertz clock) =>
        new(rate.Value * clock.Value);

    /// <inheritdoc/>
    public int CompareTo(BytesPerCycle other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(BytesPerCycle left, BytesPerCycle right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(BytesPerCycle left, BytesPerCycle right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(BytesPerCycle left, BytesPerCycle right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(BytesPerCycle left, BytesPerCycle right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
