using AccelSim.Units;

namespace AccelSim.Models;

internal sealed partial class GraphBuilder
{
    private void Mamba(Stack stack, MambaShape shape, int count)
    {
        long inner = shape.Inner / _tp;
        var small = shape.StepRank + 2L * shape.State;
        Linear("mamba.in_proj", count, stack.Rows, 2 * inner, stack.Width,
            Dense(stack, shape.ProjectionBias ? 2 * inner : 0));
        CausalConvolution("mamba.convolution", count, stack.Rows, inner, shape.Kernel,
            shape.ConvolutionBias);
        Linear("mamba.x_proj", count, stack.Rows, small, inner, Dense(stack));
        if (_tp > 1)
        {
            Collective("mamba.x_all_reduce", count, OperatorKind.AllReduce, stack.Rows, small,
                _tp, CommunicationGroup.Tensor);
        }
        if (shape.InnerNorms)
            Norm(stack, "mamba.inner_norm", count, NormKind.Rms, small, residual: false);
        Linear("mamba.dt_proj", count, stack.Rows, inner, shape.StepRank, Dense(stack, inner));
        // Per state number: exp, decay, input product, sum, and 2 for the read-out.
        Scan("mamba.scan", count, new ScanCost
        {
            Compute = formats.Activation,
            VectorFlops = inner * (6L * shape.State + VectorWork.Activation + 2),
            Input = (3 * inner + 2L * shape.State) * _bits / 8,
            Output = inner * _bits / 8,
            State = KvLayout.StateBytes(shape, _tp, formats.Activation),
            Parameters = inner * shape.State + inner,
        });
        Linear("mamba.out_proj", count, stack.Rows, stack.Width, inner,
            Dense(stack, shape.ProjectionBias ? stack.Width : 0));
    }

    private void Mamba2(Stack stack, Mamba2Shape shape, int count)
    {
        long inner = shape.Inner / _tp;
        var heads = shape.Heads / _tp;
        var channels = KvLayout.Mamba2Channels(shape, _tp);
        var width = inner + channels + heads;
        Linear("mamba.in_proj", count, stack.Rows, width, stack.Width,
            Dense(stack, shape.ProjectionBias ? width : 0));
        CausalConvolution("mamba.convolution", count, stack.Rows, channels, shape.Kernel,
            shape.ConvolutionBias);
        // The state of each head is updated by an outer product and read by a product.
        Scan("mamba.scan", count, new ScanCost
        {
            Compute = formats.Activation,
            Heads = heads,
            MatrixFlops = 4 * inner * shape.State,
            VectorFlops = inner * (shape.State + 2L),
            Input = (channels + heads) * _bits / 8,
            Output = inner * _bits / 8,
            State = KvLayout.StateBytes(shape, _tp, formats.Activation),
            Parameters = 3L * heads,
        });
        ElementWise("mamba.gated_norm", count, stack.Rows, 2 * inner, inner,
            inner * (VectorWork.Activation + VectorWork.RmsNorm), inner);
        Linear("mamba.out_proj", count, stack.Rows, stack.Width, inner,
            Dense(stack, shape.ProjectionBias ? stack.Width : 0));
    }

    private void Delta(Stack stack, DeltaShape shape, int count)
    {
        var channels = KvLayout.DeltaChannels(shape, _tp);
        long values = (long)shape.ValueHeads * shape.ValueDim / _tp;
        var heads = shape.ValueHeads / _tp;
        // Query, key, value and gate; then decay and step size per value head.
        Linear("delta.in_proj", count, stack.Rows, channels + values + 2L * heads, stack.Width,
            Dense(stack));
        CausalConvolution("delta.convolution", count, stack.Rows, channels, shape.Kernel, false);
        // Per state number: decay, read for the correction, update, read-out.
        var state = values * shape.KeyDim;
        Scan("delta.scan", count, new ScanCost
        {
            Compute = formats.Activation,
            Heads = heads,
            MatrixFlops = 6 * state,
            VectorFlops = state + 8L * heads,
            Input = (channels + 2L * heads) * _bits / 8,
            Output = values * _bits / 8,
            State = KvLayout.StateBytes(shape, _tp, formats.Activation),
            Parameters = 2L * heads,
        });
        ElementWise("delta.gated_norm", count, stack.Rows, 2 * values, values,
            values * (VectorWork.Activation + VectorWork.RmsNorm), shape.ValueDim);
        Linear("delta.out_proj", count, stack.Rows, stack.Width, values, Dense(stack));
    }

    private void CausalConvolution(
        string name, int count, Rows rows, long channels, int kernel, bool bias)
    {
        var parameters = channels * kernel + (bias ? channels : 0);
        Add(name, count, (unique, n) => new RowTemplate(
            unique, n, OperatorKind.Convolution, rows, new RowCost
            {
                Width = channels,
                Compute = formats.Activation,
                VectorFlops = channels * (2L * kernel + VectorWork.Activation),
                Input = channels * _bits / 8,
                Output = channels * _bits / 8,
                Weights = Plain().Storage.Of(parameters),
                Parameters = parameters,
                Resident = Plain().Storage.Of(parameters),
            }));
    }

    private void Scan(string name, int count, ScanCost cost)
    {
        var weights = Plain().Storage.Of(cost.Parameters);
        var held = cost with { Weights = weights, Read = weights };
        Add(name + "_prefill", count, (unique, n) => new ScanTemplate(
            unique, n, prefill: true, OperatorKind.StateSpaceScan, held));
        var shared = held with { Weights = default, Parameters = 0 };
        Add(name + "_decode", count, (unique, n) => new ScanTemplate(
            unique, n, prefill: false, OperatorKind.StateSpaceScan, shared));
    }
}
