using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>Prices steps of one pipeline stage, remembering what depends on few numbers.</summary>
/// <remarks>
/// Dense layers depend on the number of tokens alone, the output head on the sampled positions,
/// experts on two numbers: their costs are kept. Attention depends on contexts, which change with
/// every step: decode is priced along a grid of contexts where the cost model allows it, prompts
/// each time. Allocates nothing once a size has been seen.
/// </remarks>
public sealed class StepPricer
{
    private readonly ICostModel _model;
    private readonly OperatorTemplate[][] _byBasis;
    private readonly Dictionary<long, StepCost>[] _kept;
    private readonly ContextGrid _contexts;
    private readonly ContextGrid _windows;
    private readonly Provenance[] _tags;
    private readonly StepCost _loads;
    private readonly bool _hasHost;
    private readonly StartedKernels _promptKernels;
    private readonly StartedKernels _decodeKernels;
    private readonly StartedKernels _cascadeKernels;

    /// <summary>Prices a stage of a graph with a cost model of the same deployment.</summary>
    public StepPricer(OperatorGraph graph, int stage, ICostModel model)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _model = model;
        Operators = graph.Stages[stage];
        _tags = [.. model.Resources.Select(resource => resource.Tag)];
        // The host prepares a step once, not once per stage.
        _hasHost = stage == 0;
        _promptKernels = Kernels(
            ShapeBasis.Decode, ShapeBasis.WindowDecode, ShapeBasis.CrossDecode,
            ShapeBasis.CommonPrefix);
        _decodeKernels = Kernels(ShapeBasis.Prefill, ShapeBasis.CommonPrefix);
        _cascadeKernels = Kernels(ShapeBasis.Prefill);
        var bases = Enum.GetValues<ShapeBasis>();
        _byBasis = [.. bases.Select(basis =>
            Operators.Where(template => template.Basis == basis).ToArray())];
        _kept = [.. bases.Select(_ => new Dictionary<long, StepCost>())];
        _contexts = new ContextGrid(model.ContextGrain, isWindow: false, (in shape, out cost) =>
            PriceAll(ShapeBasis.Decode, shape, out cost));
        _windows = new ContextGrid(model.ContextGrain, isWindow: true, (in shape, out cost) =>
            PriceAll(ShapeBasis.WindowDecode, shape, out cost));
        PriceAll(ShapeBasis.Step, default, out _loads);
    }

    /// <summary>The stage's operators.</summary>
    public IReadOnlyList<OperatorTemplate> Operators { get; }

    /// <summary>The cost model.</summary>
    public ICostModel Model => _model;

    /// <summary>The whole step, host time included.</summary>
    public void Price(in StepShape shape, out StepCost cost)
    {
        Fixed(shape, out cost);
        Attention(shape, cost.Seconds, out var attention);
        cost.Add(attention);
    }

    /// <summary>Everything that does not depend on contexts: equal while the batch is.</summary>
    public void Fixed(in StepShape shape, out StepCost cost)
    {
        cost = default;
        cost.Seconds = HostSeconds(shape);
        cost.Share[_model.HostResource] = cost.Seconds;
        cost.Ground.Add(TagOf(_model.HostResource), PriceGround.Sheet, cost.Seconds);
        cost.Energy.Add(_loads.Energy, 1);
        AddKept(ShapeBasis.Tokens, shape.Tokens, shape, ref cost);
        AddKept(ShapeBasis.SampledTokens, shape.SampledTokens, shape, ref cost);
        AddKept(
            ShapeBasis.ExpertTokens, ((long)shape.Tokens << 32) | (uint)shape.ExpertTokens, shape,
            ref cost);
        if (shape.Images > 0) AddKept(ShapeBasis.Images, shape.Images, shape, ref cost);
        if (shape.CommonPrefixTokens == 0) return;
        AddKept(
            ShapeBasis.CommonPrefix,
            ((long)shape.CommonPrefixTokens << 32) | (uint)shape.DecodeTokens, shape, ref cost);
    }

    /// <summary>What depends on contexts, and what a slow host adds.</summary>
    /// <param name="shape">The step.</param>
    /// <param name="seconds">The time of <see cref="Fixed"/>.</param>
    /// <param name="cost">Receives the cost.</param>
    public void Attention(in StepShape shape, double seconds, out StepCost cost)
    {
        cost = default;
        if (shape.PrefillTokens > 0) Add(ShapeBasis.Prefill, shape, ref cost);
        if (shape.DecodeTokens > 0)
        {
            if (Has(ShapeBasis.Decode)) _contexts.Add(shape, ref cost);
            if (Has(ShapeBasis.WindowDecode)) _windows.Add(shape, ref cost);
            Add(ShapeBasis.CrossDecode, shape, ref cost);
        }
        var launches = LaunchSeconds(shape);
        if (launches > 0) WaitForLaunches(shape, seconds, launches, ref cost);
        var layers = seconds + cost.Seconds;
        var missing = WithLoads(layers) - layers;
        if (missing > 0) cost.AddTime(_loads, missing / _loads.Seconds);
    }

    /// <summary>
    /// What layers of a step take with the weights that come in: one layer's come while those
    /// before it run, so that only what takes longer counts.
    /// </summary>
    /// <param name="seconds">The layers alone, in seconds.</param>
    /// <returns>Seconds.</returns>
    public double WithLoads(double seconds) => Math.Max(seconds, _loads.Seconds);

    /// <summary>Kernels run while the host starts the next ones.</summary>
    private void WaitForLaunches(
        in StepShape shape, double seconds, double launches, ref StepCost cost)
    {
        var kernels = seconds - HostSeconds(shape) + cost.Seconds;
        var idle = Together(kernels, launches, _model.LaunchOverlap) - kernels;
        if (idle <= 0) return;
        cost.Seconds += idle;
        cost.Share[_model.HostResource] += idle;
        cost.Ground.Add(TagOf(_model.HostResource), PriceGround.Sheet, idle);
    }

    private static double Together(double kernels, double launches, double overlap) =>
        double.IsPositiveInfinity(overlap)
            ? Math.Max(kernels, launches)
            : launches * Math.Pow(1 + Math.Pow(kernels / launches, overlap), 1 / overlap);

    /// <summary>What a resource's time rests on.</summary>
    public Provenance TagOf(int resource) => _tags[resource];

    /// <summary>Time of the host around a step, in seconds.</summary>
    public double HostSeconds(in StepShape shape) => _hasHost ? _model.HostSeconds(shape) : 0;

    private double LaunchSeconds(in StepShape shape) => _model.LaunchSeconds(
        shape,
        shape.PrefillTokens > 0 ? _promptKernels
            : shape.CommonPrefixTokens > 0 ? _cascadeKernels
            : _decodeKernels);

    private StartedKernels Kernels(params ReadOnlySpan<ShapeBasis> others)
    {
        int kernels = 0, grouped = 0;
        foreach (var template in Operators)
        {
            if (template.Basis is ShapeBasis.Images or ShapeBasis.Step
                || others.Contains(template.Basis))
            {
                continue;
            }
            kernels += template.Count;
            if (template is ExpertTemplate) grouped += template.Count;
        }
        return new StartedKernels(kernels, grouped);
    }

    private bool Has(ShapeBasis basis) => _byBasis[(int)basis].Length > 0;

    private void PriceAll(ShapeBasis basis, in StepShape shape, out StepCost cost)
    {
        cost = default;
        Add(basis, shape, ref cost);
    }

    private void AddKept(ShapeBasis basis, long key, in StepShape shape, ref StepCost cost)
    {
        if (!Has(basis)) return;
        var kept = _kept[(int)basis];
        if (!kept.TryGetValue(key, out var part))
        {
            part = default;
            Add(basis, shape, ref part);
            kept[key] = part;
        }
        cost.Add(part);
    }

    private void Add(ShapeBasis basis, in StepShape shape, ref StepCost cost)
    {
        foreach (var template in _byBasis[(int)basis])
        {
            var one = template.At(shape);
            _model.Price(one, out var price);
            var count = template.Count;
            if (one.Kind == OperatorKind.SendReceive)
            {
                // The next stage waits for it; this one goes on with the next micro-batch.
                cost.TransferSeconds += count * price.Seconds;
                cost.Energy.Add(price.Energy, count);
                continue;
            }
            cost.Seconds += count * price.Seconds;
            if (one.Ranks > 0) cost.LinkSeconds += count * price.Seconds;
            cost.Share.Add(price.Share, count);
            cost.Energy.Add(price.Energy, count);
            Rest(price, count, ref cost.Ground);
        }
    }

    /// <summary>A kernel rests on its figures, the roofline on the resources to blame.</summary>
    private void Rest(in OperatorCost price, int count, ref GroundVector ground)
    {
        if (price.Tag is { } tag)
        {
            ground.Add(tag, price.Ground, count * price.Seconds);
            return;
        }
        for (var i = 0; i < _tags.Length; i++)
        {
            if (price.Share[i] == 0) continue;
            ground.Add(_tags[i], PriceGround.Sheet, count * price.Share[i]);
        }
    }
}
