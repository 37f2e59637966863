using AccelSim.Inference.Execution;
using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>What runs each operator on a device: chosen by its name, sized by the graph.</summary>
internal sealed partial class GpuHandlers(
    GpuDevice device, EngineModel model, DeviceModel weights, GpuState state) : IDisposable
{
    private readonly GpuLinear _linear = new(device);

    /// <summary>What hands an operator over to the device.</summary>
    public Action Make(BoundOperator own) => own.Name switch
    {
        "embedding" => Look(own, RowFacts.Token, 0, false),
        "embedding.position" =>
            Look(own, RowFacts.Position, model.Numerics.PositionOffset, true),
        "attention.norm" or "mlp.norm" or "final.norm" => Norm(own),
        "attention.qkv_proj" => Linear(own, state.Normed, state.Qkv),
        "attention.qk_norm" => HeadNorm(own),
        "attention.rope" => Rotate(own),
        "attention.kv_write" => WriteCache(own),
        "attention.prefill" or "attention.prefill_window" => Attend(own, true),
        "attention.decode" or "attention.decode_window" => Attend(own, false),
        "attention.o_proj" => Linear(own, state.Attended, state.Delta),
        "mlp.gate_up_proj" or "mlp.up_proj" => Linear(own, state.Normed, state.Up),
        "mlp.activation" => Activate(own, state.Up, state.Inner, () => state.Facts.Rows),
        "mlp.down_proj" => Linear(own, state.Inner, state.Delta),
        "moe.router" => Linear(own, state.Normed, state.Experts.Scores),
        "moe.top_k" => Route(own),
        "moe.gate_up_proj" => RunExperts(own, state.Experts.Input, state.Experts.Up),
        "moe.activation" => Activate(
            own, state.Experts.Up, state.Experts.Inner, () => Choices(own)),
        "moe.down_proj" => RunExperts(own, state.Experts.Inner, state.Experts.Output),
        "moe.shared_gate" => Linear(own, state.Normed, state.Experts.SharedGate),
        "moe.shared.gate_up_proj" => Linear(own, state.Normed, state.Up),
        "moe.shared.activation" =>
            Activate(own, state.Up, state.Inner, () => state.Facts.Rows),
        "moe.shared.down_proj" => Linear(own, state.Inner, state.Experts.Shared),
        "moe.weighted_sum" => SumExperts(own),
        "lm_head" => ComputeLogits(own),
        "sampling" => Sample(own),
        _ => throw new InvalidOperationException($"No kernel runs {own.Name}."),
    };

    public void Dispose() => _linear.Dispose();

    private Action Look(BoundOperator own, int fact, int offset, bool add)
    {
        var table = weights.Of(own);
        var kernel = KernelChoice.Look(table.Storage);
        return () =>
        {
            var stream = add
                ? state.Stream.View
                : state.Stream.Take(state.Facts.Rows, table.Columns);
            device.Run(
                kernel, device.Groups(state.Facts.Rows), table.View, state.Facts.Facts, fact,
                offset, stream, table.Columns, add ? 1 : 0);
        };
    }

    private Action Norm(BoundOperator own)
    {
        var width = (int)own.Sizes.N;
        var (weight, bias) = (weights.Vector(own, width), weights.Bias(own, width));
        var centred = DeviceModel.HasBias(own) ? 1 : 0;
        var kernel = KernelChoice.Norm(device.HasWarps);
        return () =>
        {
            var rows = state.Facts.Rows;
            device.Run(
                kernel, device.Groups(rows), state.Stream.View,
                state.HasDelta ? state.Delta.View : device.Nothing.View.BaseView,
                state.HasDelta ? 1 : 0, state.Normed.Take(rows, width), width, weight, bias,
                centred, model.Numerics.NormEpsilon);
            state.HasDelta = false;
        };
    }

    private Action Linear(
        BoundOperator own, DeviceSlot<float> from, DeviceSlot<float> to)
    {
        var matrix = weights.Of(own);
        var bias = BiasOf(own);
        return () =>
        {
            var rows = state.Facts.Rows;
            to.Take(rows, matrix.Rows);
            _linear.Run(matrix, from, rows, to, bias);
            if (to == state.Delta) state.HasDelta = true;
        };
    }

    private ArrayView<float>? BiasOf(BoundOperator own) =>
        DeviceModel.HasBias(own) ? weights.Bias(own, (int)own.Sizes.N) : null;

    private Action HeadNorm(BoundOperator own)
    {
        var shape = Shape(own);
        var weight = weights.Vector(own, (int)own.Template.Parameters);
        var kernel = KernelChoice.HeadNorm(device.HasWarps);
        return () => device.Run(
            kernel, device.Groups(state.Facts.Rows, shape.Heads + shape.KvHeads),
            state.Qkv.View, state.Qkv.Width, shape.HeadDim, shape.Heads, weight,
            model.Numerics.NormEpsilon);
    }

    private Action Rotate(BoundOperator own)
    {
        var shape = Shape(own);
        return () => device.Run(
            RowwiseKernels.Rotate, device.Groups(state.Facts.Rows), state.Qkv.View, state.Qkv.Width,
            shape.Heads + shape.KvHeads, shape.HeadDim, state.Facts.Facts, state.Turns);
    }

    private Action WriteCache(BoundOperator own)
    {
        var shape = Shape(own);
        var cache = state.Caches[own.Layer];
        var kernel = KernelChoice.Write(device.HasWarps);
        return () => device.Run(
            kernel, device.Groups(state.Facts.Rows, shape.KvHeads, 2), cache.View,
            (int)cache.Kind, state.Qkv.View, state.Qkv.Width, shape.Heads * shape.HeadDim,
            state.Facts.Facts);
    }

    /// <summary>Gates where the input is twice as wide as the output.</summary>
    private Action Activate(
        BoundOperator own, DeviceSlot<float> from, DeviceSlot<float> to, Func<int> rows)
    {
        var width = (int)own.Sizes.N;
        return () =>
        {
            var count = rows();
            device.Run(
                RowwiseKernels.Activate, device.Threads((long)count * width), from.View,
                to.Take(count, width), count, width, from.Width == 2 * width ? 1 : 0,
                (int)model.Numerics.Activation);
        };
    }

    private Action ComputeLogits(BoundOperator own)
    {
        var matrix = weights.Of(own);
        var bias = BiasOf(own);
        return () =>
        {
            var (rows, width) = (state.Facts.Sampled, state.Normed.Width);
            var logits = state.Logits.Take(Math.Max(1, rows), matrix.Rows);
            if (rows == 0) return;
            device.Run(
                RowwiseKernels.Gather, device.Groups(rows), state.Normed.View,
                state.Facts.SampledRows, state.Head.Take(rows, width), width);
            _linear.Run(matrix, state.Head, rows, state.Logits, bias);
        };
    }

    private Action Sample(BoundOperator own)
    {
        var kernel = KernelChoice.Largest(device.HasWarps);
        return () =>
        {
            var rows = state.Facts.Sampled;
            var places = state.Largest.Take(Math.Max(1, rows));
            if (rows == 0) return;
            device.Run(
                kernel, device.Groups(rows), state.Logits.View, state.Logits.Width, places);
        };
    }

    private AttentionShape Shape(BoundOperator own) =>
        (AttentionShape)model.Shape.Layers[own.Layer].Mixer;
}
