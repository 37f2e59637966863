using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Which variant of a kernel a format and a device want.</summary>
internal static class KernelChoice
{
    public static Action<WeightView, ArrayView<int>, int, int, ArrayView<float>, int, int> Look(
        Storage storage) => storage.Kind switch
    {
        StorageKind.F32 => RowwiseKernels.Look<Fp32Numbers>,
        StorageKind.Bf16 => RowwiseKernels.Look<Bf16Numbers>,
        StorageKind.Fp16 => RowwiseKernels.Look<Fp16Numbers>,
        StorageKind.Int8 => RowwiseKernels.Look<Int8Numbers>,
        _ => storage.HasOffset
            ? RowwiseKernels.Look<Int4OffsetNumbers>
            : RowwiseKernels.Look<Int4Numbers>,
    };

    /// <summary>Few rows of inputs.</summary>
    public static Action<WeightView, Sides> Vector(Storage storage, bool warps) =>
        storage.Kind switch
        {
            StorageKind.F32 => warps
                ? LinearKernels.Dot<Fp32Numbers, WarpTeam>
                : LinearKernels.Dot<Fp32Numbers, GroupTeam>,
            StorageKind.Bf16 => Vector<Bf16Numbers>(warps),
            StorageKind.Fp16 => Vector<Fp16Numbers>(warps),
            StorageKind.Int8 => Vector<Int8Numbers>(warps),
            _ => storage.HasOffset ? Vector<Int4OffsetNumbers>(warps) : Vector<Int4Numbers>(warps),
        };

    /// <summary>Many rows of inputs.</summary>
    public static Action<WeightView, Sides, int> Tile(Storage storage) => storage.Kind switch
    {
        StorageKind.F32 => LinearKernels.Tile<Fp32Numbers>,
        StorageKind.Bf16 => LinearKernels.Tile<Bf16Numbers>,
        StorageKind.Fp16 => LinearKernels.Tile<Fp16Numbers>,
        StorageKind.Int8 => LinearKernels.Tile<Int8Numbers>,
        _ => storage.HasOffset
            ? LinearKernels.Tile<Int4OffsetNumbers>
            : LinearKernels.Tile<Int4Numbers>,
    };

    public static Action<Cache, Asked> Attend(KvKind kind, bool warps) => kind switch
    {
        KvKind.F32 => Attend<Fp32Numbers>(warps),
        KvKind.Bf16 => Attend<Bf16Numbers>(warps),
        KvKind.Fp16 => Attend<Fp16Numbers>(warps),
        KvKind.Int8 => Attend<Int8Numbers>(warps),
        _ => Attend<Int4Numbers>(warps),
    };

    public static Action<ArrayView<float>, ArrayView<float>, int, ArrayView<float>, int,
        ArrayView<float>, ArrayView<float>, int, float> Norm(bool warps) => warps
        ? RowwiseKernels.Norm<WarpReduction>
        : RowwiseKernels.Norm<TreeReduction>;

    public static Action<ArrayView<float>, int, int, int, ArrayView<float>, float> HeadNorm(
        bool warps) => warps
        ? RowwiseKernels.HeadNorm<WarpReduction>
        : RowwiseKernels.HeadNorm<TreeReduction>;

    public static Action<ArrayView<float>, int, ArrayView<int>> Largest(bool warps) => warps
        ? RowwiseKernels.Largest<WarpReduction>
        : RowwiseKernels.Largest<TreeReduction>;

    public static Action<Cache, int, ArrayView<float>, int, int, ArrayView<int>> Write(
        bool warps) => warps
        ? CacheKernels.Write<WarpReduction>
        : CacheKernels.Write<TreeReduction>;

    public static Action<ArrayView<float>, int, int, int, ArrayView<int>, ArrayView<float>>
        Choose(bool warps) => warps
        ? ExpertKernels.Choose<WarpReduction>
        : ExpertKernels.Choose<TreeReduction>;

    private static Action<WeightView, Sides> Vector<N>(bool warps)
        where N : struct, IPackedNumbers => warps
        ? LinearKernels.Vector<N, WarpTeam>
        : LinearKernels.Vector<N, GroupTeam>;

    private static Action<Cache, Asked> Attend<N>(bool warps)
        where N : struct, INumbers => warps
        ? AttentionKernels.Attend<N, WarpReduction>
        : AttentionKernels.Attend<N, TreeReduction>;
}
