namespace AccelSim.Units;

/// <summary>A plain number or a share: 0.9 is 90 %.</summary>
/// <param name="Value">The number. The default is zero.</param>
public readonly record struct Ratio(double Value) : IQuantity<Ratio>, IComparable<Ratio>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "",
        "0.9",
        new Dictionary<string, double>
        {
            [""] = 1,
            ["%"] = 0.01,
            ["x"] = 1,
        },
        [""]);

    /// <inheritdoc/>
    public static Ratio FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <inheritdoc/>
    public int CompareTo(Ratio other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Ratio left, Ratio right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Ratio left, Ratio right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Ratio left, Ratio right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Ratio left, Ratio right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
