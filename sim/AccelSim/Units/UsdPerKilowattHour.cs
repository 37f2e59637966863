namespace AccelSim.Units;

/// <summary>A price of electricity.</summary>
/// <param name="Value">US dollars per kilowatt-hour. The default is zero.</param>
public readonly record struct UsdPerKilowattHour(double Value)
    : IQuantity<UsdPerKilowattHour>, IComparable<UsdPerKilowattHour>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "USD/kWh",
        "0.10 USD/kWh",
        new Dictionary<string, double>
        {
            ["USD/kWh"] = 1,
        },
        ["USD/kWh"]);

    /// <inheritdoc/>
    public static UsdPerKilowattHour FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>What an energy costs.</summary>
    public static Usd operator *(UsdPerKilowattHour price, Joules energy) =>
        new(price.Value * energy.Value / 3.6e6);

    /// <inheritdoc/>
    public int CompareTo(UsdPerKilowattHour other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(UsdPerKilowattHour left, UsdPerKilowattHour right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(UsdPerKilowattHour left, UsdPerKilowattHour right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(UsdPerKilowattHour left, UsdPerKilowattHour right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(UsdPerKilowattHour left, UsdPerKilowattHour right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
