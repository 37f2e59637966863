namespace AccelSim.Units;

/// <summary>A power.</summary>
/// <param name="Value">Watts. The default is zero.</param>
public readonly record struct Watts(double Value) : IQuantity<Watts>, IComparable<Watts>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "W",
        "700 W",
        new Dictionary<string, double>
        {
            ["W"] = 1,
            ["mW"] = 1e-3,
            ["kW"] = 1e3,
            ["MW"] = 1e6,
        },
        ["mW", "W", "kW", "MW"]);

    /// <inheritdoc/>
    public static Watts FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Watts operator +(Watts left, Watts right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Watts operator -(Watts left, Watts right) => new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static Watts operator *(double factor, Watts quantity) => new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static Watts operator *(Watts quantity, double factor) => new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(Watts left, Watts right) => left.Value / right.Value;

    /// <summary>The energy over a time.</summary>
    public static Joules operator *(Watts power, Seconds time) => new(power.Value * time.Value);

    /// <inheritdoc/>
    public int CompareTo(Watts other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Watts left, Watts right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Watts left, Watts right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Watts left, Watts right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Watts left, Watts right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
