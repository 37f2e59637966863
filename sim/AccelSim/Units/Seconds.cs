using System.Globalization;

namespace AccelSim.Units;

/// <summary>A length of time.</summary>
/// <param name="Value">Seconds. The default is zero.</param>
public readonly record struct Seconds(double Value) : IQuantity<Seconds>, IComparable<Seconds>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "s",
        "3 us",
        new Dictionary<string, double>
        {
            ["s"] = 1,
            ["ms"] = 1e-3,
            ["us"] = 1e-6,
            ["µs"] = 1e-6,
            ["ns"] = 1e-9,
            ["ps"] = 1e-12,
            ["min"] = 60,
            ["h"] = 3600,
            ["year"] = 31557600,
            ["years"] = 31557600,
        },
        ["ps", "ns", "us", "ms", "s"]);

    /// <inheritdoc/>
    public static Seconds FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Seconds operator +(Seconds left, Seconds right) => new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static Seconds operator -(Seconds left, Seconds right) => new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static Seconds operator *(double factor, Seconds quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static Seconds operator *(Seconds quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(Seconds left, Seconds right) => left.Value / right.Value;

    /// <summary>The longer one.</summary>
    public static Seconds Max(Seconds left, Seconds right) =>
        left.Value >= right.Value ? left : right;

    /// <summary>For people: long times in minutes, hours and days.</summary>
    public string Readable() => Value switch
    {
        < 1e3 => ToString(),
        < 2 * 3600 => In(60, "min"),
        < 2 * 86400 => In(3600, "h"),
        _ => In(86400, "days"),
    };

    private string In(double size, string unit) =>
        (Value / size).ToString("#,0.0", CultureInfo.InvariantCulture) + " " + unit;

    /// <summary>Milliseconds.</summary>
    public double Milliseconds => Value * 1e3;

    /// <inheritdoc/>
    public int CompareTo(Seconds other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Seconds left, Seconds right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Seconds left, Seconds right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Seconds left, Seconds right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Seconds left, Seconds right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
