using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs.Tables;

/// <summary>Measured times where there are any, another rung where there are none.</summary>
/// <remarks>
/// The rung below says what is busy, what is drawn and how wide the band is: tables hold times
/// alone. Prices from the table are tagged measured, so that results tell how much of their time
/// stands on it; sizes beyond the table are priced below and reported.
/// </remarks>
/// <param name="name">As users name the rung.</param>
/// <param name="below">Prices what was not measured.</param>
/// <param name="table">The measured times.</param>
public sealed class TableCostModel(string name, ICostModel below, TimeTable table) : ICostModel
{
    private readonly SortedDictionary<KernelFamily, SizeBeyond> _beyond = [];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources => below.Resources;

    /// <inheritdoc/>
    public double HostSecondsPerStep => below.HostSecondsPerStep;

    /// <inheritdoc/>
    public int HostResource => below.HostResource;

    /// <inheritdoc/>
    public bool HasErrors => below.HasErrors;

    /// <inheritdoc/>
    public IReadOnlyList<SizeBeyond> Beyond => [.. below.Beyond, .. _beyond.Values];

    /// <inheritdoc/>
    public int ContextGrain => below.ContextGrain;

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        below.Price(@operator, out cost);
        if (!@operator.HasWork && cost.Seconds == 0) return;
        var seconds = table.Seconds(@operator);
        if (double.IsNaN(seconds))
        {
            if (cost.Seconds > 0) Note(@operator);
            return;
        }
        if (cost.Seconds == 0) Blame(seconds, ref cost);
        var factor = seconds / cost.Seconds;
        cost.Seconds = seconds;
        cost.LowerSeconds *= factor;
        cost.UpperSeconds *= factor;
        for (var i = 0; i < Resources.Count; i++) cost.Share[i] *= factor;
        cost.Tag = Provenance.Measured;
        cost.Ground = PriceGround.Inside;
    }

    /// <inheritdoc/>
    public PriceBasis? BasisOf(in Operator @operator)
    {
        var basis = below.BasisOf(@operator);
        return double.IsNaN(table.Seconds(@operator))
            ? basis
            : new PriceBasis(
                Analytical.Families.Of(@operator), PriceGround.Inside, Provenance.Measured,
                basis?.Widening ?? 1, []);
    }

    /// <inheritdoc/>
    public double ErrorAt(in Operator @operator, double seconds, double normal) =>
        below.ErrorAt(@operator, seconds, normal);

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator) => below.Explain(@operator);

    /// <summary>What is free below, as part of another, is blamed on memory.</summary>
    private void Blame(double seconds, ref OperatorCost cost)
    {
        (cost.Seconds, cost.LowerSeconds, cost.UpperSeconds) = (seconds, seconds, seconds);
        var memory = 0;
        while (Resources[memory].Kind != ResourceKind.Memory) memory++;
        cost.Share[memory] = seconds;
    }

    private void Note(in Operator @operator)
    {
        if (table.Beyond(@operator) is not { } beyond) return;
        if (!_beyond.TryGetValue(beyond.Family, out var known)
            || beyond.Distance > known.Distance)
        {
            _beyond[beyond.Family] = beyond;
        }
    }
}
