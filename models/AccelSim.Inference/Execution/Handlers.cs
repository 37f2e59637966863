using System.Numerics.Tensors;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>What runs each operator: chosen by its name, sized by the graph.</summary>
/// <remarks>
/// A handler says which slots an operator reads and writes. How many operators a layer has, their
/// order and sizes are the graph's alone.
/// </remarks>
internal static unsafe partial class Handlers
{
    private static readonly
        Dictionary<string, Func<BoundOperator, EngineModel, Action<StepState>>> Makers =
        new(StringComparer.Ordinal)
        {
            ["embedding"] = (own, _) => state => Embed(own, state),
            ["embedding.position"] = (own, model) =>
                state => AddPositions(own, model.Numerics.PositionOffset, state),
            ["attention.norm"] = Norm,
            ["mlp.norm"] = Norm,
            ["final.norm"] = Norm,
            ["attention.qkv_proj"] = Linear(state => state.Normed, state => state.Qkv),
            ["attention.qk_norm"] = QueryKeyNorm,
            ["attention.rope"] = Rotary,
            ["attention.kv_write"] = KvWrite,
            ["attention.prefill"] = Attend(state => state.Prompts),
            ["attention.prefill_window"] = Attend(state => state.Prompts),
            ["attention.decode"] = Attend(state => state.Decodes),
            ["attention.decode_window"] = Attend(state => state.Decodes),
            ["attention.o_proj"] = Linear(state => state.Attended, state => state.Delta),
            ["mlp.gate_up_proj"] = Linear(state => state.Normed, state => state.Up),
            ["mlp.up_proj"] = Linear(state => state.Normed, state => state.Up),
            ["mlp.activation"] = (own, model) => state => Activate(
                state, model.Numerics.Activation, state.Up, state.Inner, state.Rows, own),
            ["mlp.down_proj"] = Linear(state => state.Inner, state => state.Delta),
            ["moe.router"] = Linear(state => state.Normed, state => state.Experts.Scores),
            ["moe.top_k"] = (own, model) => state => Route(own, model, state),
            ["moe.gate_up_proj"] = (own, _) => state =>
                RunExperts(own, state, state.Experts.Input, state.Experts.Up),
            ["moe.activation"] = (own, model) => state => Activate(
                state, model.Numerics.Activation, state.Experts.Up, state.Experts.Inner,
                state.Experts.Tokens.Length, own),
            ["moe.down_proj"] = (own, _) => state =>
                RunExperts(own, state, state.Experts.Inner, state.Experts.Output),
            ["moe.shared_gate"] = Linear(state => state.Normed, state => state.Experts.SharedGate),
            ["moe.shared.gate_up_proj"] = Linear(state => state.Normed, state => state.Up),
            ["moe.shared.activation"] = (own, model) => state => Activate(
                state, model.Numerics.Activation, state.Up, state.Inner, state.Rows, own),
            ["moe.shared.down_proj"] = Linear(state => state.Inner, state => state.Experts.Shared),
            ["moe.weighted_sum"] = (own, model) => state => SumExperts(own, model, state),
            ["lm_head"] = (own, _) => state => ComputeLogits(own, state),
            ["sampling"] = (_, _) => Sample,
        };

    /// <summary>Whether the engine runs operators of that name.</summary>
    public static bool Knows(string name) => Makers.ContainsKey(name);

    /// <summary>What runs an operator.</summary>
    public static Action<StepState> Make(BoundOperator operation, EngineModel model) =>
        Makers[operation.Name](operation, model);

    private static void Embed(BoundOperator own, StepState state)
    {
        var table = own.Matrices[0];
        state.Stream.Take(state.Rows, table.Columns);
        state.Pool.Rows(state.Rows, table.Columns, row =>
            Kernels.Linear.ReadRow(table, state.Tokens[row].Token, state.Stream[row]));
    }

    private static void AddPositions(BoundOperator own, int offset, StepState state)
    {
        var table = own.Matrices[0];
        var position = new float[table.Columns];
        for (var row = 0; row < state.Rows; row++)
        {
            Kernels.Linear.ReadRow(table, state.Tokens[row].Position + offset, position);
            var stream = state.Stream[row];
            TensorPrimitives.Add(stream, position, stream);
        }
    }

    /// <summary>Adds what the last operator made to the stream, and norms the sum.</summary>
    private static Action<StepState> Norm(BoundOperator own, EngineModel model)
    {
        var width = (int)own.Sizes.N;
        var epsilon = model.Numerics.NormEpsilon;
        return state =>
        {
            state.Normed.Take(state.Rows, width);
            state.Pool.Rows(state.Rows, 4 * width, row =>
            {
                var stream = state.Stream[row];
                if (state.HasDelta) TensorPrimitives.Add(stream, state.Delta[row], stream);
                var weight = new ReadOnlySpan<float>(own.Vector, width);
                if (own.Bias is null)
                {
                    RowKernels.RmsNorm(stream, weight, epsilon, state.Normed[row]);
                    return;
                }
                var bias = new ReadOnlySpan<float>(own.Bias, width);
                RowKernels.LayerNorm(stream, weight, bias, epsilon, state.Normed[row]);
            });
            state.HasDelta = false;
        };
    }

    private static Func<BoundOperator, EngineModel, Action<StepState>> Linear(
        Func<StepState, Slot> from, Func<StepState, Slot> to) => (own, _) => state =>
    {
        var (input, output) = (from(state), to(state));
        var width = (int)own.Sizes.N;
        var y = output.Take(state.Rows, width);
        Kernels.Linear.Run(
            state.Pool, own.Matrices[0], input.Data, input.Width, state.Rows, y, width, own.Bias);
        if (output == state.Delta) state.HasDelta = true;
    };

    /// <summary>Gates where the input is twice as wide as the output.</summary>
    private static void Activate(
        StepState state, ActivationKind kind, Slot from, Slot to, int rows, BoundOperator own)
    {
        var width = (int)own.Sizes.N;
        to.Take(rows, width);
        state.Pool.Rows(rows, 8 * width, row =>
        {
            if (from.Width == 2 * width) RowKernels.Gate(kind, from[row], to[row]);
            else RowKernels.Activate(kind, from[row], to[row]);
        });
    }

    private static void ComputeLogits(BoundOperator own, StepState state)
    {
        var rows = state.Sampled.Count;
        var width = state.Normed.Width;
        state.Head.Take(rows, width);
        for (var i = 0; i < rows; i++)
            state.Normed[state.Sampled[i].Row].CopyTo(state.Head[i]);
        var y = state.Logits.Take(rows, (int)own.Sizes.N);
        Kernels.Linear.Run(
            state.Pool, own.Matrices[0], state.Head.Data, width, rows, y, (int)own.Sizes.N,
            own.Bias);
    }

    private static void Sample(StepState state) =>
        state.Pool.Rows(state.Sampled.Count, 4L * state.Logits.Width, i =>
        {
            var entry = state.Sampled[i].Entry;
            var isLast = i + 1 == state.Sampled.Count || state.Sampled[i + 1].Entry != entry;
            if (isLast && state.Entries[entry].Sampler is { } sampler)
                state.Chosen[entry] = sampler.Choose(state.Logits[i]);
        });
}
