using AccelSim.Inference.Execution;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Models;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

internal sealed partial class GpuHandlers
{
    // Fewer keys than this are not worth another group.
    private const int LeastPiece = 256;
    private const int MostPieces = 32;

    private Action Attend(BoundOperator own, bool prompts)
    {
        var shape = Shape(own);
        var cache = state.Caches[own.Layer];
        var width = shape.Heads * shape.HeadDim;
        var kernel = KernelChoice.Attend(cache.Kind, device.HasWarps);
        return () =>
        {
            // Prompts and decoding sequences fill different rows of the same slot.
            var outputs = state.Attended.Take(state.Facts.Rows, width);
            var rows = prompts ? state.Facts.Prompts : state.Facts.Decodes;
            if (rows == 0) return;
            var flash = prompts && state.Facts.Tiles > 0
                ? KernelChoice.Flash(cache.Kind, device.Units, shape.HeadDim)
                : null;
            var pieces = prompts ? 1 : Pieces(rows * shape.Heads, shape.Window);
            var asked = new Asked
            {
                Queries = state.Qkv.View,
                Stride = state.Qkv.Width,
                Rows = prompts ? state.Facts.PromptRows : state.Facts.DecodeRows,
                Facts = state.Facts.Facts,
                Tables = state.Facts.Tables,
                Sharing = shape.Heads / shape.KvHeads,
                Window = shape.Window,
                Scale = 1 / MathF.Sqrt(shape.HeadDim),
                Outputs = pieces == 1
                    ? outputs
                    : state.Pieces.Take(rows * shape.Heads * pieces, shape.HeadDim + 2),
                Splits = pieces,
            };
            if (flash is not null)
            {
                var grid = new KernelConfig(
                    new Index3D(state.Facts.Tiles, shape.Heads, 1),
                    new Index3D(FlashKernel.GroupSize, 1, 1));
                device.Run(flash, grid, cache.View, asked, state.Facts.TileRows);
                return;
            }
            device.Run(kernel, device.Groups(rows, shape.Heads, pieces), cache.View, asked);
            if (pieces == 1) return;
            device.Run(
                AttentionKernels.Combine, device.Groups(rows, shape.Heads), asked, outputs,
                shape.HeadDim, shape.Heads, shape.HeadDim + 2);
        };
    }

    /// <summary>Enough pieces of keys that all of the device has work.</summary>
    private int Pieces(int groups, int window)
    {
        var keys = state.Facts.MostKeys;
        if (window > 0) keys = Math.Min(keys, window);
        var wanted = (4 * device.Processors + groups - 1) / groups;
        return Math.Clamp(Math.Min(wanted, keys / LeastPiece), 1, MostPieces);
    }

    private Action Route(BoundOperator own)
    {
        var moe = Experts(own);
        var kernel = KernelChoice.Choose(device.HasWarps);
        return () =>
        {
            var experts = state.Experts;
            var choices = Choices(own);
            var chosen = experts.Chosen.Take(choices);
            device.Run(
                kernel, device.Groups(state.Facts.Rows), experts.Scores.View, moe.Experts,
                moe.PerToken, model.Numerics.NormaliseExperts ? 1 : 0, chosen,
                experts.Weights.Take(choices));
            var counts = experts.Counts.Take(moe.Experts);
            device.Run(
                ExpertKernels.Count, device.Groups(moe.Experts), chosen, choices, counts,
                experts.Ranks.Take(choices));
            device.Run(
                ExpertKernels.Sum, device.Groups(1), counts, moe.Experts,
                experts.Starts.Take(moe.Experts + 1));
            experts.Places.Take(choices);
            experts.Owners.Take(choices);
            var width = state.Normed.Width;
            device.Run(
                ExpertKernels.Place, device.Groups(choices), experts.Routes(moe.PerToken),
                state.Normed.View, experts.Input.Take(choices, width), width);
        };
    }

    private Action RunExperts(
        BoundOperator own, DeviceSlot<float> from, DeviceSlot<float> to)
    {
        var matrix = weights.Of(own);
        var count = own.Matrices.Count;
        return () =>
        {
            var choices = Choices(own);
            to.Take(choices, matrix.Rows);
            _linear.RunExperts(
                matrix, count, from, choices, to, state.Experts.Owners.View,
                state.Experts.Starts.View);
        };
    }

    private Action SumExperts(BoundOperator own)
    {
        var moe = Experts(own);
        var hasShared = moe.SharedIntermediate > 0;
        return () =>
        {
            var experts = state.Experts;
            var width = experts.Output.Width;
            var nothing = device.Nothing.View.BaseView;
            var shared = new SharedRows
            {
                Rows = hasShared ? experts.Shared.View : nothing,
                Gates = hasShared && moe.SharedGate ? experts.SharedGate.View : nothing,
                HasRows = hasShared ? 1 : 0,
                HasGate = hasShared && moe.SharedGate ? 1 : 0,
            };
            device.Run(
                ExpertKernels.Gather, device.Groups(state.Facts.Rows),
                experts.Routes(moe.PerToken), experts.Weights.View, experts.Output.View, shared,
                state.Delta.Take(state.Facts.Rows, width), width);
            state.HasDelta = true;
        };
    }

    private int Choices(BoundOperator own) => state.Facts.Rows * Experts(own).PerToken;

    private ExpertMlp Experts(BoundOperator own) =>
        (ExpertMlp)model.Shape.Layers[own.Layer].FeedForward!;
}
