using AccelSim.Units;

namespace AccelSim.Costs.Collectives;

/// <summary>What a collective over two levels takes.</summary>
/// <param name="Before">Inside each node, first.</param>
/// <param name="Across">Among nodes.</param>
/// <param name="After">Inside each node, last.</param>
/// <param name="Overlapping">Whether <paramref name="Before"/> runs beside Across.</param>
public readonly record struct HierarchicalCost(
    CollectiveCost Before, CollectiveCost Across, CollectiveCost After, bool Overlapping)
{
    /// <summary>From the moment that all ranks are ready until all have the result.</summary>
    public Seconds Time => Overlapping
        ? Seconds.Max(Before.Time, Across.Time)
        : Before.Time + Across.Time + After.Time;

    /// <summary>The formulas of the parts that there are.</summary>
    public string Formula => string.Join(
        Overlapping ? "; at the same time " : "; then ",
        new[] { Before, Across, After }.Where(part => part.Ranks > 1).Select(part => part.Formula)
            .DefaultIfEmpty(Across.Formula));
}
