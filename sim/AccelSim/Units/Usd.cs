namespace AccelSim.Units;

/// <summary>A sum of money in US dollars.</summary>
/// <param name="Value">US dollars. The default is zero.</param>
public readonly record struct Usd(double Value) : IQuantity<Usd>, IComparable<Usd>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "USD",
        "30000 USD",
        new Dictionary<string, double>
        {
            ["USD"] = 1,
            ["kUSD"] = 1e3,
            ["MUSD"] = 1e6,
        },
        ["USD"]);

    /// <inheritdoc/>
    public static Usd FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Usd operator +(Usd left, Usd right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Usd operator -(Usd left, Usd right) => new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static Usd operator *(double factor, Usd quantity) => new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static Usd operator *(Usd quantity, double factor) => new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(Usd left, Usd right) => left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(Usd other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Usd left, Usd right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Usd left, Usd right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Usd left, Usd right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Usd left, Usd right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
