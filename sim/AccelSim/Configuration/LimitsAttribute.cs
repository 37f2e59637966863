namespace AccelSim.Configuration;

/// <summary>The values that make sense for a member, in the base unit of its quantity.</summary>
/// <remarks>
/// Without it, quantities that something is divided by (capacities, rates, clocks, counts, areas)
/// must be more than zero, all others at least zero; plain numbers are free.
/// </remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class LimitsAttribute : Attribute
{
    /// <summary>The least value.</summary>
    public double AtLeast { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest value.</summary>
    public double AtMost { get; init; } = double.PositiveInfinity;

    /// <summary>A value that is itself too small.</summary>
    public double MoreThan { get; init; } = double.NegativeInfinity;

    /// <summary>What a value must be, or null where it is so.</summary>
    internal string? Violation(double value, string unit = "")
    {
        if (value <= MoreThan) return "more than " + Bound(MoreThan, unit);
        if (value < AtLeast) return "at least " + Bound(AtLeast, unit);
        return value > AtMost ? "at most " + Bound(AtMost, unit) : null;
    }

    private static string Bound(double bound, string unit) =>
        bound == 0 ? "0" : $"{JsonNames.Number(bound)} {unit}".TrimEnd();
}

/// <summary>Filled from the file's name without its ending; not a JSON member.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FromFileNameAttribute : Attribute;
