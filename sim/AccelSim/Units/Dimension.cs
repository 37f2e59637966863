namespace AccelSim.Units;

/// <summary>
/// The unit symbols of one kind of quantity and what each is worth in the base unit.
/// </summary>
/// <param name="Symbol">The base unit, such as <c>B/s</c>; it is worth 1.</param>
/// <param name="Example">A value as a user would write it, such as <c>3.35 TB/s</c>.</param>
/// <param name="Units">Symbol to factor. The order is the order in which errors list them.</param>
/// <param name="Display">
/// Symbols to print with, smallest first; the largest that keeps ≥ 1 wins.
/// </param>
public sealed record Dimension(
    string Symbol,
    string Example,
    IReadOnlyDictionary<string, double> Units,
    IReadOnlyList<string> Display)
{
    /// <summary>Binary symbols to print with where the amount is a whole number of them.</summary>
    public IReadOnlyList<string> Binary { get; init; } = [];
}
