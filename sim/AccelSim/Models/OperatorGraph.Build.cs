using AccelSim.Units;

namespace AccelSim.Models;

public sealed partial class OperatorGraph
{
    private readonly IReadOnlyList<GraphBuilder.LayerRun>[] _runs;
    private readonly Bytes[] _weightBytes;
    private readonly Bytes[] _kvBytesPerToken;
    private readonly Bytes[] _stateBytesPerSequence;

    private OperatorGraph(
        ModelConfig model, ParallelismPlan plan, FormatPlan formats, WeightOffload? offload,
        bool cascade)
    {
        Model = model;
        Plan = plan;
        Formats = formats;
        var stages = new OperatorTemplate[plan.PipelineParallel][];
        _runs = new IReadOnlyList<GraphBuilder.LayerRun>[stages.Length];
        _weightBytes = new Bytes[stages.Length];
        _kvBytesPerToken = new Bytes[stages.Length];
        _stateBytesPerSequence = new Bytes[stages.Length];
        for (var stage = 0; stage < stages.Length; stage++)
        {
            var builder = new GraphBuilder(model, plan, formats, cascade);
            stages[stage] = builder.Stage(stage);
            _runs[stage] = builder.Runs;
            foreach (var operation in stages[stage])
                _weightBytes[stage] += operation.Count * operation.ResidentBytes;
            if (offload is not null)
            {
                var load = new LoadTemplate(LayersOf(stage).Count(), offload);
                _weightBytes[stage] = load.Left(_weightBytes[stage]);
                stages[stage] = [.. stages[stage], load];
            }
            foreach (var layer in LayersOf(stage))
            {
                _kvBytesPerToken[stage] += new Bytes(KvLayout.BytesPerToken(
                    layer.Mixer, plan.TensorParallel, formats.Kv, formats.KvBits));
                _stateBytesPerSequence[stage] += KvLayout.StateBytes(
                    layer.Mixer, plan.TensorParallel, formats.Activation);
            }
        }
        Stages = stages;
    }

    /// <summary>Builds the graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">How it is split.</param>
    /// <param name="formats">What its tensors are stored and computed in.</param>
    /// <param name="offload">Weights outside main memory; null where all fit.</param>
    /// <param name="cascade">Whether keys that all sequences begin with are read once.</param>
    /// <exception cref="InfeasiblePlanException">The plan does not divide the model.</exception>
    public static OperatorGraph Build(
        ModelConfig model, ParallelismPlan plan, FormatPlan formats,
        WeightOffload? offload = null, bool cascade = false)
    {
        if (PlanCheck.Problem(model, plan) is { } problem)
            throw new InfeasiblePlanException(problem);
        return new OperatorGraph(model, plan, formats, offload, cascade);
    }

    /// <summary>All numbers of a model's weights; a tied output head counts once.</summary>
    public static long ParameterCount(ModelConfig model) =>
        Build(model, new ParallelismPlan(), FormatPlan.Unquantised(model.Format))
            .Stages[0].Sum(operation => operation.Count * operation.Parameters);

    /// <summary>
    /// The layers of a stage: a stage gets a whole run of them, as even as possible.
    /// </summary>
    public IEnumerable<LayerShape> LayersOf(int stage)
    {
        var (from, to) = GraphBuilder.LayerRange(Model, Plan, stage);
        return Model.Layers.Skip(from).Take(to - from);
    }

    /// <summary>
    /// The residual stream plus the largest input and output that one operator holds together:
    /// the MLP intermediate, the fused query/key/value, or the logits.
    /// </summary>
    private Bytes PeakActivation(int stage, int tokens, int sampledTokens)
    {
        var shape = new StepShape
        {
            PrefillTokens = tokens,
            PrefillSequences = 1,
            PrefillPairs = (long)tokens * (tokens + 1) / 2,
            PrefillKvTokens = tokens,
            WindowPrefillPairs = (long)tokens * (tokens + 1) / 2,
            WindowPrefillKvTokens = tokens,
            SampledTokens = sampledTokens,
            Images = Model.Vision is null ? 0 : 1,
        };
        var peak = default(Bytes);
        foreach (var template in Stages[stage])
        {
            var operation = template.At(shape);
            var live = operation.InputBytes + operation.OutputBytes + operation.MessageBytes;
            if (live > peak)
                peak = live;
        }
        var residual = (long)tokens * Model.Hidden
            * Hardware.FormatNames.Bits(Formats.Activation) / 8;
        return peak + new Bytes(residual);
    }
}
