using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>
/// A rung of the cost ladder under one engine: its host time, its fused kernels and collectives,
/// and the power that the device draws while kernels run.
/// </summary>
/// <remarks>
/// An operator's energy is that of its operations and bytes plus active power × time, at most what
/// the power limit allows above idling: fitted times hold the slower clocks that keep to it.
/// </remarks>
public sealed class EngineCosts : ICostModel
{
    private readonly ICostModel _kernels;
    private readonly EngineProfile _engine;
    private readonly bool _isAsync;
    private readonly HashSet<string> _fused;
    private readonly double _activeWatts;
    private readonly double _mostWatts;
    private readonly int _active;

    /// <summary>Puts an engine around a cost model.</summary>
    /// <param name="kernels">Prices the kernels.</param>
    /// <param name="device">Heard on host time where its file states it.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="isAsync">Whether the host prepares a step while the one before runs.</param>
    public EngineCosts(
        ICostModel kernels, Device device, EngineProfile engine, bool isAsync = false)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(engine);
        (_kernels, _engine, _isAsync) = (kernels, engine, isAsync);
        _fused = [.. engine.Fused];
        // A completed file holds the estimate of its class, which an engine knows better.
        var isEstimate = device.HostPerStep.Source.File == Catalog.EstimatorFile;
        var perStep = isEstimate && engine.Host.PerStep is { } own ? own : device.HostPerStep;
        HostSecondsPerStep = perStep.Value.Value;
        List<Resource> resources = [.. kernels.Resources.Select((resource, i) =>
            i == kernels.HostResource ? Host(resource, perStep) : resource)];
        _active = resources.Count;
        if (device.Active is { Value.Value: > 0 } active)
        {
            _activeWatts = active.Value.Value;
            resources.Add(new Resource(
                "active", ResourceKind.Active, "power.active × time", [active.Source],
                active.Source, active.Value.ToString()));
        }
        _mostWatts = device.Tdp.Value.Value - device.Idle.Value.Value;
        Resources = resources;
    }

    /// <inheritdoc/>
    public string Name => _kernels.Name;

    /// <inheritdoc/>
    public IReadOnlyList<Resource> Resources { get; }

    /// <inheritdoc/>
    public double HostSecondsPerStep { get; }

    /// <inheritdoc/>
    public int HostResource => _kernels.HostResource;

    /// <inheritdoc/>
    public double HostSeconds(in StepShape shape) => _isAsync ? 0 : Around(shape);

    /// <inheritdoc/>
    public double LaunchSeconds(in StepShape shape, StartedKernels kernels)
    {
        var captured = shape.PrefillTokens == 0
            ? _engine.Graphs.Decode
            : shape.Tokens <= _engine.Graphs.MostPromptTokens;
        var launches = captured ? 0 : kernels.All * _engine.Host.PerLaunch.Value.Value
            + kernels.Grouped * (_engine.Host.PerExperts?.Value.Value ?? 0);
        return _isAsync ? Around(shape) + launches : launches;
    }

    private double Around(in StepShape shape) => HostSecondsPerStep
        + (shape.DecodeSequences + shape.PrefillSequences) * _engine.Host.PerSequence.Value.Value;

    /// <inheritdoc/>
    public double LaunchOverlap =>
        _engine.Host.Overlap?.Value.Value ?? double.PositiveInfinity;

    /// <inheritdoc/>
    public int ContextGrain => _kernels.ContextGrain;

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        if (_fused.Count > 0 && _fused.Contains(@operator.Name))
        {
            cost = default;
            return;
        }
        if (@operator.Kind == OperatorKind.AllReduce)
            _kernels.Price(@operator with { Reduction = _engine.AllReduce }, out cost);
        else
            _kernels.Price(@operator, out cost);
        if (_activeWatts > 0) Draw(ref cost);
    }

    /// <inheritdoc/>
    public PriceBasis? BasisOf(in Operator @operator) => _kernels.BasisOf(@operator);

    /// <inheritdoc/>
    public bool HasErrors => _kernels.HasErrors;

    /// <inheritdoc/>
    public double ErrorAt(in Operator @operator, double seconds, double normal) =>
        _kernels.ErrorAt(@operator, seconds, normal);

    /// <inheritdoc/>
    public IReadOnlyList<SizeBeyond> Beyond => _kernels.Beyond;

    /// <inheritdoc/>
    public IReadOnlyList<CostTerm> Explain(in Operator @operator) => _kernels.Explain(@operator);

    private void Draw(ref OperatorCost cost)
    {
        cost.Energy[_active] = _activeWatts * cost.Seconds;
        var joules = cost.Energy.Sum();
        var most = _mostWatts * cost.Seconds;
        if (joules <= most) return;
        for (var i = 0; i <= _active; i++) cost.Energy[i] *= most / joules;
    }

    private Resource Host(Resource resource, Fact<Seconds> perStep)
    {
        var host = _engine.Host;
        var each = host.PerSequence.Value.Value > 0;
        var launched = host.PerLaunch.Value.Value > 0;
        var grouped = host.PerExperts is { Value.Value: > 0 } ? host.PerExperts : null;
        return resource with
        {
            Formula = "hostPerStep" + (each ? " + sequences × perSequence" : "")
                + (launched ? ", at least kernels × perLaunch"
                    + (grouped is null ? "" : " + products of experts × perExperts")
                    + " without a graph" : ""),
            Facts =
            [
                perStep.Source,
                .. each ? [host.PerSequence.Source] : Array.Empty<FactSource>(),
                .. launched ? [host.PerLaunch.Source] : Array.Empty<FactSource>(),
                .. grouped is { } fact ? [fact.Source] : Array.Empty<FactSource>(),
            ],
            Rate = perStep.Value.ToString() + (each ? $" + {host.PerSequence.Value} each" : ""),
        };
    }
}
