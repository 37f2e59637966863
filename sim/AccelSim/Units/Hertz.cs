namespace AccelSim.Units;

/// <summary>A clock frequency.</summary>
/// <param name="Value">Cycles per second. The default is zero.</param>
public readonly record struct Hertz(double Value) : IQuantity<Hertz>, IComparable<Hertz>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "Hz",
        "1.83 GHz",
        new Dictionary<string, double>
        {
            ["Hz"] = 1,
            ["kHz"] = 1e3,
            ["MHz"] = 1e6,
            ["GHz"] = 1e9,
        },
        ["Hz", "kHz", "MHz", "GHz"]);

    /// <inheritdoc/>
    public static Hertz FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>The time of that many cycles.</summary>
    public static Seconds operator /(double cycles, Hertz clock) => new(cycles / clock.Value);

    /// <inheritdoc/>
    public int CompareTo(Hertz other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Hertz left, Hertz right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Hertz left, Hertz right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Hertz left, Hertz right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Hertz left, Hertz right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
