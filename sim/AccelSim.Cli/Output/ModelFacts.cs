using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Cli.Output;

/// <summary>What tables say about a model beyond its shape.</summary>
/// <param name="Model">The model.</param>
/// <param name="Parameters">All numbers of its weights.</param>
/// <param name="Active">Those that one token visits.</param>
/// <param name="Weights">Their size as the checkpoint stores them.</param>
/// <param name="KvPerToken">KV cache of one token in all layers, in the model's own format.</param>
/// <param name="StatePerSequence">Recurrent state of one sequence.</param>
internal sealed record ModelFacts(
    ModelConfig Model, long Parameters, long Active, Bytes Weights, Bytes KvPerToken,
    Bytes StatePerSequence)
{
    /// <summary>How weights are stored, such as <c>bf16</c> or <c>mxfp4</c>.</summary>
    public string FormatName => Model.Quantisation is { } scheme
        ? $"{scheme.Name}, {FormatNames.Of(Model.Format)}"
        : FormatNames.Of(Model.Format);

    /// <summary>Works them out.</summary>
    public static ModelFacts Of(ModelConfig model)
    {
        var formats = FormatPlan.Unquantised(model.Format);
        if (model.Quantisation is { } scheme)
        {
            formats = formats with
            {
                Linear = scheme.Linear ?? formats.Linear,
                Experts = scheme.Experts ?? formats.Experts,
            };
        }
        var graph = OperatorGraph.Build(model, new ParallelismPlan(), formats);
        var parameters = OperatorGraph.ParameterCount(model);
        return new ModelFacts(
            model, parameters, parameters - Idle(model), graph.WeightBytes(0),
            graph.KvBytesPerToken(0), graph.StateBytesPerSequence(0));
    }

    /// <summary>Weights of the experts that a token does not visit.</summary>
    private static long Idle(ModelConfig model) => model.Layers
        .Select(layer => layer.FeedForward)
        .OfType<ExpertMlp>()
        .Sum(moe => (long)(moe.Experts - moe.PerToken)
            * model.Hidden * moe.Intermediate * (moe.Gated ? 3 : 2));
}
