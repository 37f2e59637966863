namespace AccelSim.Units;

/// <summary>An area of silicon.</summary>
/// <param name="Value">Square millimetres. The default is zero.</param>
public readonly record struct SquareMillimetres(double Value)
    : IQuantity<SquareMillimetres>, IComparable<SquareMillimetres>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "mm^2",
        "814 mm^2",
        new Dictionary<string, double>
        {
            ["mm^2"] = 1,
            ["mm2"] = 1,
            ["mm²"] = 1,
            ["cm^2"] = 100,
        },
        ["mm^2"]);

    /// <inheritdoc/>
    public static SquareMillimetres FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <inheritdoc/>
    public int CompareTo(SquareMillimetres other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(SquareMillimetres left, SquareMillimetres right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(SquareMillimetres left, SquareMillimetres right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(SquareMillimetres left, SquareMillimetres right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(SquareMillimetres left, SquareMillimetres right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
