using AccelSim.Costs.Analytical;
using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Costs;

/// <summary>A cost model whose prices are off as one sample of its errors says.</summary>
/// <param name="costs">The model.</param>
/// <param name="sample">By how much it is off.</param>
public sealed class SampledCosts(ICostModel costs, ErrorSample sample) : ICostModel
{
    /// <inheritdoc/>
    public string Name => costs.Name;

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources => costs.Resources;

    /// <inheritdoc/>
    public double HostSecondsPerStep => costs.HostSecondsPerStep * sample.HostFactor;

    /// <inheritdoc/>
    public int HostResource => costs.HostResource;

    /// <inheritdoc/>
    public double HostSeconds(in StepShape shape) =>
        costs.HostSeconds(shape) * sample.HostFactor;

    /// <inheritdoc/>
    public double LaunchSeconds(in StepShape shape, StartedKernels kernels) =>
        costs.LaunchSeconds(shape, kernels) * sample.HostFactor;

    /// <inheritdoc/>
    public double LaunchOverlap => costs.LaunchOverlap;

    /// <inheritdoc/>
    public int ContextGrain => costs.ContextGrain;

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        costs.Price(@operator, out cost);
        if (cost.Seconds == 0) return;
        var normal = sample.NormalOf(Families.Of(@operator), @operator.Name);
        var factor = PortableMath.Exp(costs.ErrorAt(@operator, cost.Seconds, normal));
        cost.Seconds *= factor;
        cost.LowerSeconds *= factor;
        cost.UpperSeconds *= factor;
        Scale(ref cost.Busy, factor);
        Scale(ref cost.Share, factor);
        Scale(ref cost.Energy, sample.EnergyFactor);
    }

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator) => costs.Explain(@operator);

    private static void Scale(ref ResourceVector vector, double factor)
    {
        var copy = vector;
        vector.Add(copy, factor - 1);
    }
}
