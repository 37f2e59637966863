using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>Prices each family of kernels by a rung of its own.</summary>
/// <param name="name">As the user chose it, such as <c>analytical,allReduce=roofline</c>.</param>
/// <param name="main">Prices all other families.</param>
/// <param name="own">The families that have a rung of their own; same device and links.</param>
internal sealed class MixedCostModel(
    string name, ICostModel main, IReadOnlyDictionary<KernelFamily, ICostModel> own) : ICostModel
{
    private readonly ICostModel[] _models =
        [.. Enum.GetValues<KernelFamily>().Select(one => own.GetValueOrDefault(one, main))];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources => main.Resources;

    /// <inheritdoc/>
    public double HostSecondsPerStep => main.HostSecondsPerStep;

    /// <inheritdoc/>
    public int HostResource => main.HostResource;

    /// <inheritdoc/>
    public bool HasErrors => _models.Any(model => model.HasErrors);

    /// <inheritdoc/>
    public IReadOnlyList<SizeBeyond> Beyond =>
        [.. _models.Distinct().SelectMany(model => model.Beyond)];

    /// <inheritdoc/>
    public int ContextGrain => _models.Max(model => model.ContextGrain);

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost) =>
        Of(@operator).Price(@operator, out cost);

    /// <inheritdoc/>
    public PriceBasis? BasisOf(in Operator @operator) => Of(@operator).BasisOf(@operator);

    /// <inheritdoc/>
    public double ErrorAt(in Operator @operator, double seconds, double normal) =>
        Of(@operator).ErrorAt(@operator, seconds, normal);

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator) =>
        Of(@operator).Explain(@operator);

    private ICostModel Of(in Operator @operator) => _models[(int)Families.Of(@operator)];
}
