using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>The operators of one step on one rank, for a model, a plan and formats.</summary>
/// <remarks>
/// The one place that knows how a model is made. Cost models price it, the engine executes it,
/// traces carry its names; memory and transfers are derived from it.
/// </remarks>
public sealed partial class OperatorGraph
{
    /// <summary>The model.</summary>
    public ModelConfig Model { get; }

    /// <summary>The plan.</summary>
    public ParallelismPlan Plan { get; }

    /// <summary>The formats.</summary>
    public FormatPlan Formats { get; }

    /// <summary>
    /// Operators of each pipeline stage in execution order; layers alike stand once.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<OperatorTemplate>> Stages { get; }

    /// <summary>
    /// What a step of a stage runs, one instance after the other, in true order: the operators of
    /// <see cref="Stages"/>, those of layers alike as often as there are such layers.
    /// </summary>
    public IEnumerable<PlacedOperator> Sequence(int stage)
    {
        var byName = Stages[stage].ToDictionary(
            operation => operation.Name, StringComparer.Ordinal);
        foreach (var run in _runs[stage])
        {
            foreach (var name in run.Names)
                yield return new PlacedOperator(run.Layer, byName[name]);
        }
    }

    /// <summary>Weights of one rank of a stage that main memory holds at a time.</summary>
    public Bytes WeightBytes(int stage) => _weightBytes[stage];

    /// <summary>
    /// KV cache that one token takes on one rank of a stage, all its layers together: the figure
    /// behind capacity, step time, transfer and energy alike. Layers with a window count in full;
    /// recurrent state is in <see cref="StateBytesPerSequence"/>.
    /// </summary>
    public Bytes KvBytesPerToken(int stage) => _kvBytesPerToken[stage];

    /// <summary>Recurrent state that one sequence takes on one rank of a stage.</summary>
    public Bytes StateBytesPerSequence(int stage) => _stateBytesPerSequence[stage];

    /// <summary>
    /// The most memory that activations take on one rank of a stage in a step of that size.
    /// </summary>
    public Bytes ActivationBytes(int stage, int tokens, int sampledTokens) =>
        PeakActivation(stage, tokens, sampledTokens);
}

/// <summary>An operator where it runs.</summary>
/// <param name="Layer">
/// The layer's number in its stack, from 0; −1 where it is in none: embedding, head.
/// </param>
/// <param name="Operation">The operator, shared by layers alike.</param>
public readonly record struct PlacedOperator(int Layer, OperatorTemplate Operation);
