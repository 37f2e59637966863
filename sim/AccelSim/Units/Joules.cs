namespace AccelSim.Units;

/// <summary>An energy.</summary>
/// <param name="Value">Joules. The default is zero.</param>
public readonly record struct Joules(double Value) : IQuantity<Joules>, IComparable<Joules>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "J",
        "1.5 kJ",
        new Dictionary<string, double>
        {
            ["J"] = 1,
            ["mJ"] = 1e-3,
            ["uJ"] = 1e-6,
            ["nJ"] = 1e-9,
            ["pJ"] = 1e-12,
            ["kJ"] = 1e3,
            ["MJ"] = 1e6,
            ["Wh"] = 3600,
            ["kWh"] = 3.6e6,
        },
        ["nJ", "uJ", "mJ", "J", "kJ", "MJ"]);

    /// <inheritdoc/>
    public static Joules FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Joules operator +(Joules left, Joules right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Joules operator -(Joules left, Joules right) => new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static Joules operator *(double factor, Joules quantity) => new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static Joules operator *(Joules quantity, double factor) => new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(Joules left, Joules right) => left.Value / right.Value;

    /// <summary>The mean power over a time.</summary>
    public static Watts operator /(Joules energy, Seconds time) => new(energy.Value / time.Value);

    /// <inheritdoc/>
    public int CompareTo(Joules other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Joules left, Joules right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Joules left, Joules right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Joules left, Joules right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Joules left, Joules right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
