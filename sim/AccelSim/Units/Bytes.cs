namespace AccelSim.Units;

/// <summary>An amount of data: whole bytes.</summary>
/// <param name="Value">Bytes. The default is zero.</param>
public readonly record struct Bytes(long Value) : IQuantity<Bytes>, IComparable<Bytes>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "B",
        "80 GB",
        new Dictionary<string, double>
        {
            ["B"] = 1,
            ["kB"] = 1e3,
            ["MB"] = 1e6,
            ["GB"] = 1e9,
            ["TB"] = 1e12,
            ["PB"] = 1e15,
            ["KiB"] = 1024,
            ["MiB"] = 1024.0 * 1024,
            ["GiB"] = 1024.0 * 1024 * 1024,
            ["TiB"] = 1024.0 * 1024 * 1024 * 1024,
            ["bit"] = 0.125,
            ["kbit"] = 125,
            ["Mbit"] = 125e3,
            ["Gbit"] = 125e6,
            ["Tbit"] = 125e9,
            ["Gb"] = 125e6,
            ["Mb"] = 125e3,
        },
        ["B", "kB", "MB", "GB", "TB", "PB"])
    {
        Binary = ["TiB", "GiB"],
    };

    /// <inheritdoc/>
    public static Bytes FromBase(double value) => new(checked((long)Math.Round(value)));

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Bytes operator +(Bytes left, Bytes right) =>
        new(checked(left.Value + right.Value));

    /// <summary>Difference.</summary>
    public static Bytes operator -(Bytes left, Bytes right) =>
        new(checked(left.Value - right.Value));

    /// <summary>That many of it.</summary>
    public static Bytes operator *(long count, Bytes bytes) => new(checked(count * bytes.Value));

    /// <summary>The time to move it; infinite at a rate of zero.</summary>
    public static Seconds operator /(Bytes bytes, BytesPerSecond rate) =>
        new(bytes.Value / rate.Value);

    /// <summary>The energy to move it.</summary>
    public static Joules operator *(Bytes bytes, JoulesPerByte energy) =>
        new(bytes.Value * energy.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(Bytes left, Bytes right) => (double)left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(Bytes other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Bytes left, Bytes right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Bytes left, Bytes right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Bytes left, Bytes right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Bytes left, Bytes right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
