namespace AccelSim.Units;

/// <summary>A fitted figure of a kernel model; the model says which unit it must have.</summary>
/// <remarks>
/// Models differ in what they fit, so that their figures share one type. Each has its unit in the
/// file, and reading one in another unit than the model's is an error.
/// </remarks>
/// <param name="Value">The amount in its own unit. The default is zero.</param>
public readonly record struct Figure(double Value) : IQuantity<Figure>
{
    /// <summary>The units that figures come in; none is converted to another.</summary>
    public static IReadOnlyList<string> Units { get; } =
    [
        "", "cycles", "us", "ns", "B", "B/cycle", "FLOP/cycle", "OP/cycle", "FLOP/B", "pJ/FLOP",
        "pJ/B", "W", "tokens", "rows",
    ];

    /// <inheritdoc/>
    public static Dimension Dimension { get; } = new(
        "", "1850 cycles", Units.ToDictionary(unit => unit, _ => 1.0), [""]);

    /// <inheritdoc/>
    public static Figure FromBase(double value) => new(value);

    /// <inheritdoc/>
    public double BaseValue => Value;

    /// <summary>The unit that a figure was written in.</summary>
    /// <param name="text">A well-formed figure, such as <c>1850 cycles</c>.</param>
    public static string UnitOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var space = text.Trim().IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? "" : text.Trim()[space..].Trim();
    }

    /// <summary>Prints four significant digits, without the unit.</summary>
    public override string ToString() => Quantity.Format(this);
}
