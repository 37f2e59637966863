using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

internal static unsafe partial class Handlers
{
    /// <summary>Norms each head of queries and keys.</summary>
    private static Action<StepState> QueryKeyNorm(BoundOperator own, EngineModel model)
    {
        var shape = Shape(own, model);
        var dim = shape.HeadDim;
        return state => state.Pool.Rows(state.Rows, 4 * own.Sizes.N, row =>
        {
            for (var head = 0; head < shape.Heads + shape.KvHeads; head++)
            {
                var part = state.Qkv[row].Slice(head * dim, dim);
                var weight = new ReadOnlySpan<float>(
                    own.Vector + (head < shape.Heads ? 0 : dim), dim);
                RowKernels.RmsNorm(part, weight, model.Numerics.NormEpsilon, part);
            }
        });
    }

    private static Action<StepState> Rotary(BoundOperator own, EngineModel model)
    {
        var shape = Shape(own, model);
        var dim = shape.HeadDim;
        return state => state.Pool.Rows(state.Rows, 4 * own.Sizes.N, row =>
        {
            var cosines = state.Cosines.AsSpan(row * state.Pairs, state.Pairs);
            var sines = state.Sines.AsSpan(row * state.Pairs, state.Pairs);
            for (var head = 0; head < shape.Heads + shape.KvHeads; head++)
                RowKernels.Rotate(state.Qkv[row].Slice(head * dim, dim), cosines, sines);
        });
    }

    private static Action<StepState> KvWrite(BoundOperator own, EngineModel model)
    {
        var shape = Shape(own, model);
        var dim = shape.HeadDim;
        return state =>
        {
            var pages = state.Pages[own.Layer];
            if (pages.Scheme.KeyGroup == 0)
            {
                state.Pool.Rows(state.Rows, 4 * own.Sizes.N, row => Write(state, pages, row));
                return;
            }
            var fresh = Fresh(state, shape);
            pages.WriteGroups(state.Pool, [.. state.Prompts, .. state.Decodes], fresh);
        };

        void Write(StepState state, KvPages pages, int row)
        {
            var (_, position, slot) = state.Tokens[row];
            var fresh = state.Qkv[row][(shape.Heads * dim)..];
            for (var head = 0; head < shape.KvHeads; head++)
            {
                pages.Write(
                    slot, position, head, fresh.Slice(head * dim, dim),
                    fresh.Slice((shape.KvHeads + head) * dim, dim));
            }
        }
    }

    /// <summary>Keys and values of a step's tokens, after their queries.</summary>
    private static unsafe FreshRows Fresh(StepState state, AttentionShape shape) => new(
        (nint)(state.Qkv.Data + shape.Heads * shape.HeadDim), state.Qkv.Width, shape.KvHeads,
        shape.HeadDim);

    private static Func<BoundOperator, EngineModel, Action<StepState>> Attend(
        Func<StepState, List<AttentionSpan>> spans) => (own, model) =>
    {
        var shape = Shape(own, model);
        var width = shape.Heads * shape.HeadDim;
        var heads = new AttentionHeads(
            shape.Heads, 1 / MathF.Sqrt(shape.HeadDim), shape.Window);
        return state =>
        {
            // Prompts and decoding sequences fill different rows of the same slot.
            var y = state.Attended.Take(state.Rows, width);
            var (pages, asking) = (state.Pages[own.Layer], spans(state));
            Attention.Run(
                state.Pool, pages, asking, heads, state.Qkv.Data, state.Qkv.Width, y, width,
                Fresh(state, shape));
            if (pages.Scheme.KeyGroup == 0) return;
            foreach (var span in asking) pages.Settle(span);
        };
    };

    private static AttentionShape Shape(BoundOperator own, EngineModel model) =>
        (AttentionShape)model.Shape.Layers[own.Layer].Mixer;
}
