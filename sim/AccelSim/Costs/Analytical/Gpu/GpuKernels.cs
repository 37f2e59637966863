using AccelSim.Hardware;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>The kernel models of GPUs.</summary>
internal static class GpuKernels
{
    private static readonly KernelModel Plain = new GpuLinear(GpuLinearTraits.Split);
    private static readonly KernelModel ScaledByTensor =
        new GpuLinear(GpuLinearTraits.Quantise | GpuLinearTraits.TileByRows);
    private static readonly KernelModel ScaledByBlock = new GpuLinear(GpuLinearTraits.Quantise);
    private static readonly KernelModel Integer =
        new GpuLinear(GpuLinearTraits.Quantise | GpuLinearTraits.FewRows);
    private static readonly KernelModel WeightOnly =
        new GpuLinear(GpuLinearTraits.Split | GpuLinearTraits.Expand);

    private static readonly GpuExperts Experts = new();
    private static readonly GpuAttention Attention = new();
    private static readonly GpuCacheWrite WriteOfCache = new();
    private static readonly GpuRowWise RowWise = new();
    private static readonly GpuCollective Collective = new();
    private static readonly GpuPeerReduce PeerReduce = new();

    /// <summary>The model of a family; null where there is none.</summary>
    public static KernelModel? For(KernelFamily family) => family switch
    {
        KernelFamily.LinearBf16 => Plain,
        KernelFamily.LinearFp8 => ScaledByTensor,
        KernelFamily.LinearFp8Block or KernelFamily.LinearFp4 => ScaledByBlock,
        KernelFamily.LinearInt8 => Integer,
        KernelFamily.LinearInt8Weight or KernelFamily.LinearInt4Weight => WeightOnly,
        >= KernelFamily.ExpertsBf16 and <= KernelFamily.ExpertsFp4Weight => Experts,
        >= KernelFamily.PrefillAttention and <= KernelFamily.DecodeAttentionWide => Attention,
        KernelFamily.CacheWrite => WriteOfCache,
        >= KernelFamily.Normalisation and <= KernelFamily.Convolution => RowWise,
        KernelFamily.AllReduceBarriers or KernelFamily.AllReduceFlags => PeerReduce,
        >= KernelFamily.AllReduce and <= KernelFamily.SendReceive => Collective,
        _ => null,
    };
}
