namespace AccelSim.Units;

/// <summary>A rate of data.</summary>
/// <param name="Value">Bytes per second. The default is zero.</param>
public readonly record struct BytesPerSecond(double Value)
    : IQuantity<BytesPerSecond>, IComparable<BytesPerSecond>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "B/s",
        "3.35 TB/s",
        new Dictionary<string, double>
        {
            ["B/s"] = 1,
            ["kB/s"] = 1e3,
            ["MB/s"] = 1e6,
            ["GB/s"] = 1e9,
            ["TB/s"] = 1e12,
            ["PB/s"] = 1e15,
            ["KiB/s"] = 1024,
            ["MiB/s"] = 1024.0 * 1024,
            ["GiB/s"] = 1024.0 * 1024 * 1024,
            ["TiB/s"] = 1024.0 * 1024 * 1024 * 1024,
            ["kbit/s"] = 125,
            ["Mbit/s"] = 125e3,
            ["Gbit/s"] = 125e6,
            ["Tbit/s"] = 125e9,
            ["Gb/s"] = 125e6,
            ["Mb/s"] = 125e3,
            ["bit/s"] = 0.125,
            ["kbps"] = 125,
            ["Mbps"] = 125e3,
            ["Gbps"] = 125e6,
        },
        ["B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"]);

    /// <inheritdoc/>
    public static BytesPerSecond FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static BytesPerSecond operator +(BytesPerSecond left, BytesPerSecond right) =>
        new(left.Value + right.Value);

    /// <summary>Difference.</summary>
    public static BytesPerSecond operator -(BytesPerSecond left, BytesPerSecond right) =>
        new(left.Value - right.Value);

    /// <summary>Scaled.</summary>
    public static BytesPerSecond operator *(double factor, BytesPerSecond quantity) =>
        new(factor * quantity.Value);

    /// <summary>Scaled.</summary>
    public static BytesPerSecond operator *(BytesPerSecond quantity, double factor) =>
        new(factor * quantity.Value);

    /// <summary>Ratio.</summary>
    public static double operator /(BytesPerSecond left, BytesPerSecond right) =>
        left.Value / right.Value;

    /// <inheritdoc/>
    public int CompareTo(BytesPerSecond other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(BytesPerSecond left, BytesPerSecond right) =>
        left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(BytesPerSecond left, BytesPerSecond right) =>
        left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(BytesPerSecond left, BytesPerSecond right) =>
        left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(BytesPerSecond left, BytesPerSecond right) =>
        left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
