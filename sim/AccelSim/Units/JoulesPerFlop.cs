namespace AccelSim.Units;

/// <summary>The energy of one operation.</summary>
/// <param name="Value">Joules per operation. The default is zero.</param>
public readonly record struct JoulesPerFlop(double Value)
    : IQuantity<JoulesPerFlop>, IComparable<JoulesPerFlop>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "J/FLOP",
        "0.6 pJ/FLOP",
        new Dictionary<string, double>
        {
            ["J/FLOP"] = 1,
            ["nJ/FLOP"] = 1e-9,
            ["pJ/FLOP"] = 1e-12,
            ["fJ/FLOP"] = 1e-15,
            ["pJ/OP"] = 1e-12,
            ["fJ/OP"] = 1e-15,
        },
        ["fJ/FLOP", "pJ/FLOP", "nJ/FLOP"]);

    /// <inheritdoc/>
    public static JoulesPerFlop FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Scaled.</summary>
    public static JoulesPerFlop operator *(double factor, JoulesPerFlop quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static JoulesPerFlop operator *(JoulesPerFlop quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(JoulesPerFlop left, JoulesPerFlop right) =>
        left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(JoulesPerFlop other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(JoulesPerFlop left, JoulesPerFlop right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(JoulesPerFlop left, JoulesPerFlop right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(JoulesPerFlop left, JoulesPerFlop right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(JoulesPerFlop left, JoulesPerFlop right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
