namespace AccelSim.Units;

/// <summary>A whole number of things.</summary>
/// <param name="Value">How many. The default is zero.</param>
public readonly record struct Count(long Value) : IQuantity<Count>, IComparable<Count>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "",
        "132",
        new Dictionary<string, double>
        {
            [""] = 1,
        },
        [""]);

    /// <inheritdoc/>
    public static Count FromBase(double value) => new(checked((long)Math.Round(value)));

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <inheritdoc/>
    public int CompareTo(Count other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Count left, Count right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Count left, Count right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Count left, Count right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Count left, Count right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
