namespace AccelSim.Units;

/// <summary>The name of a process node; a label with an order, not a length.</summary>
/// <param name="Value">Nanometres. The default is zero.</param>
public readonly record struct Nanometres(double Value)
    : IQuantity<Nanometres>, IComparable<Nanometres>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "nm",
        "4 nm",
        new Dictionary<string, double>
        {
            ["nm"] = 1,
        },
        ["nm"]);

    /// <inheritdoc/>
    public static Nanometres FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <inheritdoc/>
    public int CompareTo(Nanometres other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Nanometres left, Nanometres right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Nanometres left, Nanometres right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Nanometres left, Nanometres right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Nanometres left, Nanometres right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
