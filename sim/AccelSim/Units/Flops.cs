namespace AccelSim.Units;

/// <summary>A number of floating-point or integer operations; a multiply-add counts two.</summary>
/// <param name="Value">Operations. The default is zero.</param>
public readonly record struct Flops(long Value) : IQuantity<Flops>, IComparable<Flops>
{
    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "FLOP",
        "2 GFLOP",
        new Dictionary<string, double>
        {
            ["FLOP"] = 1,
            ["kFLOP"] = 1e3,
            ["MFLOP"] = 1e6,
            ["GFLOP"] = 1e9,
            ["TFLOP"] = 1e12,
            ["PFLOP"] = 1e15,
            ["OP"] = 1,
            ["GOP"] = 1e9,
            ["TOP"] = 1e12,
        },
        ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"]);

    /// <inheritdoc/>
    public static Flops FromBase(double value) => new(checked((long)Math.Round(value)));

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>Sum.</summary>
    public static Flops operator +(Flops left, Flops right) =>
        new(checked(left.Value + right.Value));

    /// <summary>Difference.</summary>
    public static Flops operator -(Flops left, Flops right) =>
        new(checked(left.Value - right.Value));

    /// <summary>That many of it.</summary>
    public static Flops operator *(long count, Flops flops) => new(checked(count * flops.Value));

    /// <summary>The time to compute it; infinite at a rate of zero.</summary>
    public static Seconds operator /(Flops flops, FlopsPerSecond rate) =>
        new(flops.Value / rate.Value);

    /// <summary>The energy to compute it.</summary>
    public static Joules operator *(Flops flops, JoulesPerFlop energy) =>
        new(flops.Value * energy.Value);

    /// <inheritdoc/>
    public int CompareTo(Flops other) => Value.CompareTo(other.Value);

    /// <summary>Orders by size.</summary>
    public static bool operator <(Flops left, Flops right) => left.Value < right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >(Flops left, Flops right) => left.Value > right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator <=(Flops left, Flops right) => left.Value <= right.Value;

    /// <summary>Orders by size.</summary>
    public static bool operator >=(Flops left, Flops right) => left.Value >= right.Value;

    /// <summary>Prints with a fitting unit and four significant digits.</summary>
    public override string ToString() => Quantity.Format(this);
}
