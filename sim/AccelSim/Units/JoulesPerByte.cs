namespace AccelSim.Units;

/// <summary>The energy of moving one byte.</summary>
/// <param name="Value">Joules per byte. The default is zero.</param>
public readonly record struct JoulesPerByte(double Value)
    : IQuantity<JoulesPerByte>, IComparable<JoulesPerByte>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "J/B",
        "31 pJ/B",
        new Dictionary<string, double>
        {
            ["J/B"] = 1,
            ["nJ/B"] = 1e-9,
            ["pJ/B"] = 1e-12,
            ["pJ/bit"] = 8e-12,
            ["fJ/bit"] = 8e-15,
        },
        ["pJ/B", "nJ/B"]);

    /// <inheritdoc/>
    public static JoulesPerByte FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Scaled.</summary>
    public static JoulesPerByte operator *(double factor, JoulesPerByte quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static JoulesPerByte operator *(JoulesPerByte quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(JoulesPerByte left, JoulesPerByte right) =>
        left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(JoulesPerByte other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(JoulesPerByte left, JoulesPerByte right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(JoulesPerByte left, JoulesPerByte right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(JoulesPerByte left, JoulesPerByte right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(JoulesPerByte left, JoulesPerByte right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
