using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical;

/// <summary>Which family of kernels runs an operator.</summary>
public static class Families
{
    /// <summary>The family of an operator.</summary>
    public static KernelFamily Of(in Operator @operator) => @operator.Kind switch
    {
        OperatorKind.Linear => Weights(@operator, KernelFamily.LinearBf16),
        OperatorKind.ExpertLinear when @operator.WeightFormat.Format == NumberFormat.Fp4
            && @operator.ComputeFormat is NumberFormat.Bf16 or NumberFormat.Fp16 =>
            KernelFamily.ExpertsFp4Weight,
        OperatorKind.ExpertLinear => Weights(@operator, KernelFamily.ExpertsBf16),
        OperatorKind.PrefillAttention => Attention(@operator, isPrompt: true),
        OperatorKind.DecodeAttention => Attention(@operator, isPrompt: false),
        OperatorKind.Normalisation => KernelFamily.Normalisation,
        OperatorKind.ElementWise => @operator.KvWriteBytes.Value > 0
            ? KernelFamily.CacheWrite
            : KernelFamily.ElementWise,
        OperatorKind.Embedding => KernelFamily.Embedding,
        OperatorKind.Sampling => KernelFamily.Sampling,
        OperatorKind.StateSpaceScan => KernelFamily.StateSpaceScan,
        OperatorKind.Convolution => KernelFamily.Convolution,
        OperatorKind.AllReduce => @operator.Reduction switch
        {
            ReductionKernels.Barriers => KernelFamily.AllReduceBarriers,
            ReductionKernels.Flags => KernelFamily.AllReduceFlags,
            _ => KernelFamily.AllReduce,
        },
        OperatorKind.AllGather => KernelFamily.AllGather,
        OperatorKind.ReduceScatter => KernelFamily.ReduceScatter,
        OperatorKind.AllToAll => KernelFamily.AllToAll,
        OperatorKind.SendReceive => KernelFamily.SendReceive,
        OperatorKind.WeightLoad => KernelFamily.WeightLoad,
        _ => throw new ArgumentOutOfRangeException(nameof(@operator)),
    };

    /// <summary>The family that a row of a measured table is about: not what goes beside it.
    /// </summary>
    public static KernelFamily OfRow(IReadOnlyList<Operator> operators)
    {
        ArgumentNullException.ThrowIfNull(operators);
        foreach (var one in operators)
        {
            if (!Of(one).IsRowWise()) return Of(one);
        }
        return Of(operators[0]);
    }

    /// <summary>Whether a family works row by row, between products and attention.</summary>
    public static bool IsRowWise(this KernelFamily family) =>
        family is >= KernelFamily.Normalisation and <= KernelFamily.Convolution;

    private static KernelFamily Attention(in Operator @operator, bool isPrompt)
    {
        var isShort = @operator.KvFormat is not (NumberFormat.Bf16 or NumberFormat.Fp16
            or NumberFormat.Fp32);
        if (@operator.IsLatent)
        {
            return isPrompt
                ? isShort ? KernelFamily.LatentPrefillKv8 : KernelFamily.LatentPrefill
                : isShort ? KernelFamily.LatentDecodeKv8 : KernelFamily.LatentDecode;
        }
        if (isShort)
        {
            return isPrompt ? KernelFamily.PrefillAttentionKv8 : KernelFamily.DecodeAttentionKv8;
        }
        if (@operator.HeadDim > 256)
            return isPrompt ? KernelFamily.PrefillAttentionWide : KernelFamily.DecodeAttentionWide;
        return isPrompt ? KernelFamily.PrefillAttention : KernelFamily.DecodeAttention;
    }

    /// <summary>By formats, from the first of the seven families of a kind.</summary>
    private static KernelFamily Weights(in Operator @operator, KernelFamily first)
    {
        var weight = @operator.WeightFormat;
        var offset = @operator.ComputeFormat switch
        {
            // A scale for each block adds to the eight bits.
            NumberFormat.Fp8 => weight.BitsPerElement > 8
                ? KernelFamily.LinearFp8Block
                : KernelFamily.LinearFp8,
            NumberFormat.Int8 => KernelFamily.LinearInt8,
            NumberFormat.Fp4 => KernelFamily.LinearFp4,
            _ => weight.BitsPerElement > 8.5 ? KernelFamily.LinearBf16
                : weight.BitsPerElement >= 8 ? KernelFamily.LinearInt8Weight
                : KernelFamily.LinearInt4Weight,
        };
        return first + (offset - KernelFamily.LinearBf16);
    }
}
