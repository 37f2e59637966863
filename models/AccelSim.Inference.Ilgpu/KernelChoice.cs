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

    /// <summary>Several rows, on matrix units.</summary>
    public static Action<WeightView, Sides> Narrow(Storage storage, MatrixUnits units) =>
        storage.Kind switch
        {
            StorageKind.Bf16 => Narrow<Bf16Numbers>(units),
            StorageKind.Fp16 when units == MatrixUnits.Cuda =>
                MatrixKernels.Narrow<Fp16Numbers, CudaFp16Unit>,
            StorageKind.Fp16 => MatrixKernels.Narrow<Fp16Numbers, ShuffledFp16Unit>,
            StorageKind.Int8 => Narrow<Int8Numbers>(units),
            _ => storage.HasOffset ? Narrow<Int4OffsetNumbers>(units) : Narrow<Int4Numbers>(units),
        };

    /// <summary>Many rows, on matrix units.</summary>
    public static Action<WeightView, Sides> Wide(Storage storage, MatrixUnits units) =>
        storage.Kind switch
        {
            StorageKind.Bf16 => Wide<Bf16Numbers>(units),
            StorageKind.Fp16 when units == MatrixUnits.Cuda =>
                MatrixKernels.Wide<Fp16Numbers, CudaFp16Unit>,
            StorageKind.Fp16 => MatrixKernels.Wide<Fp16Numbers, ShuffledFp16Unit>,
            StorageKind.Int8 => Wide<Int8Numbers>(units),
            _ => storage.HasOffset ? Wide<Int4OffsetNumbers>(units) : Wide<Int4Numbers>(units),
        };

    /// <summary>Rounds inputs to the 16 bits that go with weights.</summary>
    public static Action<ArrayView<float>, int, ArrayView<Quad>, int> Round(
        Storage storage, MatrixUnits units) => (storage.Kind == StorageKind.Fp16, units) switch
    {
        (true, MatrixUnits.Cuda) => MatrixKernels.Round<CudaFp16Unit>,
        (true, _) => MatrixKernels.Round<ShuffledFp16Unit>,
        (_, MatrixUnits.Cuda) => MatrixKernels.Round<CudaBf16Unit>,
        _ => MatrixKernels.Round<ShuffledBf16Unit>,
    };

    /// <summary>Expands integers to bf16.</summary>
    public static Action<WeightView, ArrayView<Quad>> Expand(Storage storage) =>
        storage.Kind == StorageKind.Int8
            ? MatrixKernels.Expand<Int8Numbers, CudaBf16Unit>
            : storage.HasOffset
                ? MatrixKernels.Expand<Int4OffsetNumbers, CudaBf16Unit>
                : MatrixKernels.Expand<Int4Numbers, CudaBf16Unit>;

    public static Action<Cache, Asked> Attend(KvKind kind, bool warps) => kind switch
    {
        KvKind.F32 => Attend<Fp32Numbers>(warps),
        KvKind.Bf16 => Attend<Bf16Numbers>(warps),
        KvKind.Fp16 => Attend<Fp16Numbers>(warps),
        KvKind.Int8 => Attend<Int8Numbers>(warps),
        _ => Attend<Int4Numbers>(warps),
    };

    /// <summary>
    /// Prompts on matrix units; null where there are none, or where numbers are too fine or heads
    /// too large for them.
    /// </summary>
    public static Action<Cache, Asked, ArrayView<int>>? Flash(
        KvKind kind, MatrixUnits units, int headDim)
    {
        if (units == MatrixUnits.None || headDim > FlashKernel.MostDim) return null;
        return kind switch
        {
            KvKind.F32 => null,
            KvKind.Bf16 => Flash<Bf16Numbers>(units),
            KvKind.Fp16 => Flash<Fp16Numbers>(units),
            KvKind.Int8 => Flash<Int8Numbers>(units),
            _ => Flash<Int4Numbers>(units),
        };
    }

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

    private static Action<WeightView, Sides> Narrow<N>(MatrixUnits units)
        where N : struct, IPackedNumbers => units == MatrixUnits.Cuda
        ? MatrixKernels.Narrow<N, CudaBf16Unit>
        : MatrixKernels.Narrow<N, ShuffledBf16Unit>;

    private static Action<WeightView, Sides> Wide<N>(MatrixUnits units)
        where N : struct, IPackedNumbers => units == MatrixUnits.Cuda
        ? MatrixKernels.Wide<N, CudaBf16Unit>
        : MatrixKernels.Wide<N, ShuffledBf16Unit>;

    private static Action<Cache, Asked, ArrayView<int>> Flash<N>(MatrixUnits units)
        where N : struct, INumbers => units == MatrixUnits.Cuda
        ? FlashKernel.Attend<N, CudaBf16Unit>
        : FlashKernel.Attend<N, ShuffledBf16Unit>;

    private static Action<Cache, Asked> Attend<N>(bool warps)
        where N : struct, INumbers => warps
        ? AttentionKernels.Attend<N, WarpReduction>
        : AttentionKernels.Attend<N, TreeReduction>;
}
