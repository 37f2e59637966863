using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>A rung of the cost ladder under one engine: its host time, its fused kernels.</summary>
public sealed class EngineCosts : ICostModel
{
    private readonly ICostModel _kernels;
    private readonly EngineProfile _engine;
    private readonly HashSet<string> _fused;

    /// <summary>Puts an engine around a cost model.</summary>
    /// <param name="kernels">Prices the kernels.</param>
    /// <param name="device">Heard on host time where its file states it.</param>
    /// <param name="engine">The engine.</param>
    public EngineCosts(ICostModel kernels, Device device, EngineProfile engine)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(engine);
        (_kernels, _engine) = (kernels, engine);
        _fused = [.. engine.Fused];
        var stated = device.Spec.Overheads.HostPerStep is not null;
        var perStep = !stated && engine.Host.PerStep is { } own ? own : device.HostPerStep;
        HostSecondsPerStep = perStep.Value.Value;
        Resources = [.. kernels.Resources.Select((resource, i) =>
            i == kernels.HostResource ? Host(resource, perStep) : resource)];
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
    public double HostSeconds(in StepShape shape) => HostSecondsPerStep
        + (shape.DecodeSequences + shape.PrefillSequences) * _engine.Host.PerSequence.Value.Value;

    /// <inheritdoc/>
    public double LaunchSeconds(in StepShape shape, int kernels)
    {
        var captured = shape.PrefillTokens == 0
            ? _engine.Graphs.Decode
            : shape.Tokens <= _engine.Graphs.MostPromptTokens;
        return captured ? 0 : kernels * _engine.Host.PerLaunch.Value.Value;
    }

    /// <inheritdoc/>
    public void Price(in Operator @operator, out OperatorCost cost)
    {
        if (_fused.Count > 0 && _fused.Contains(@operator.Name)) cost = default;
        else _kernels.Price(@operator, out cost);
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

    private Resource Host(Resource resource, Fact<Seconds> perStep)
    {
        var host = _engine.Host;
        var each = host.PerSequence.Value.Value > 0;
        var launched = host.PerLaunch.Value.Value > 0;
        return resource with
        {
            Formula = "hostPerStep" + (each ? " + sequences × perSequence" : "")
                + (launched ? ", at least kernels × perLaunch without a graph" : ""),
            Facts =
            [
                perStep.Source,
                .. each ? [host.PerSequence.Source] : Array.Empty<FactSource>(),
                .. launched ? [host.PerLaunch.Source] : Array.Empty<FactSource>(),
            ],
            Rate = perStep.Value.ToString() + (each ? $" + {host.PerSequence.Value} each" : ""),
        };
    }
}
