namespace AccelSim.Units;

/// <summary>A price of using something for an hour.</summary>
/// <param name="Value">US dollars per hour. The default is zero.</param>
public readonly record struct UsdPerHour(double Value)
    : IQuantity<UsdPerHour>, IComparable<UsdPerHour>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "USD/h",
        "2.99 USD/h",
        new Dictionary<string, double>
        {
            ["USD/h"] = 1,
            ["USD/year"] = 1.0 / 8766,
        },
        ["USD/h"]);

    /// <inheritdoc/>
    public static UsdPerHour FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static UsdPerHour operator +(UsdPerHour left, UsdPerHour right) =>
        new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static UsdPerHour operator -(UsdPerHour left, UsdPerHour right) =>
        new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static UsdPerHour operator *(double factor, UsdPerHour quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static UsdPerHour operator *(UsdPerHour quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(UsdPerHour left, UsdPerHour right) => left.Value / right.Value;

    /// <summary>What a time costs.</summary>
    public static Usd operator *(UsdPerHour price, Seconds time) =>
        new(price.Value * time.Value / 3600);

    /// <inheritdoc/>
    public int CompareTo(UsdPerHour other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(UsdPerHour left, UsdPerHour right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(UsdPerHour left, UsdPerHour right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(UsdPerHour left, UsdPerHour right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(UsdPerHour left, UsdPerHour right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
