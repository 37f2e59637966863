using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>Prices steps of one pipeline stage, remembering what depends on few numbers.</summary>
/// <remarks>
/// Dense layers depend on the number of tokens alone, the output head on the sampled positions,
/// experts on two numbers: their costs are kept. Attention depends on contexts, which change with
/// every step, and is priced each time. Allocates nothing once a size has been seen.
/// </remarks>
public sealed class StepPricer
{
    private readonly ICostModel _model;
    private readonly OperatorTemplate[][] _byBasis;
    private readonly Dictionary<long, StepCost>[] _kept;

    /// <summary>Prices a stage of a graph with a cost model of the same deployment.</summary>
    public StepPricer(OperatorGraph graph, int stage, ICostModel model)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _model = model;
        Operators = graph.Stages[stage];
        var bases = Enum.GetValues<ShapeBasis>();
        _byBasis = [.. bases.Select(basis =>
            Operators.Where(template => template.Basis == basis).ToArray())];
        _kept = [.. bases.Select(_ => new Dictionary<long, StepCost>())];
    }

    /// <summary>The stage's operators.</summary>
    public IReadOnlyList<OperatorTemplate> Operators { get; }

    /// <summary>The cost model.</summary>
    public ICostModel Model => _model;

    /// <summary>The whole step, host time included.</summary>
    public void Price(in StepShape shape, out StepCost cost)
    {
        Fixed(shape, out cost);
        Attention(shape, out var attention);
        cost.Add(attention);
    }

    /// <summary>Everything that does not depend on contexts: equal while the batch is.</summary>
    public void Fixed(in StepShape shape, out StepCost cost)
    {
        cost = default;
        cost.Seconds = _model.HostSecondsPerStep;
        cost.Share[_model.HostResource] = _model.HostSecondsPerStep;
        AddKept(ShapeBasis.Tokens, shape.Tokens, shape, ref cost);
        AddKept(ShapeBasis.SampledTokens, shape.SampledTokens, shape, ref cost);
        AddKept(
            ShapeBasis.ExpertTokens, ((long)shape.Tokens << 32) | (uint)shape.ExpertTokens, shape,
            ref cost);
        if (shape.Images > 0) AddKept(ShapeBasis.Images, shape.Images, shape, ref cost);
    }

    /// <summary>What depends on contexts.</summary>
    public void Attention(in StepShape shape, out StepCost cost)
    {
        cost = default;
        if (shape.PrefillTokens > 0) Add(_byBasis[(int)ShapeBasis.Prefill], shape, ref cost);
        if (shape.DecodeTokens > 0) Add(_byBasis[(int)ShapeBasis.Decode], shape, ref cost);
    }

    private void AddKept(ShapeBasis basis, long key, in StepShape shape, ref StepCost cost)
    {
        var templates = _byBasis[(int)basis];
        if (templates.Length == 0) return;
        var kept = _kept[(int)basis];
        if (!kept.TryGetValue(key, out var part))
        {
            part = default;
            Add(templates, shape, ref part);
            kept[key] = part;
        }
        cost.Add(part);
    }

    private void Add(OperatorTemplate[] templates, in StepShape shape, ref StepCost cost)
    {
        foreach (var template in templates)
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
        }
    }
}
