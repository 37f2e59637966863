using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Which variant of a kernel a format and a device want.</summary>
internal static class KernelChoice
{
    /// <summary>Whether kernels for GPUs know a format.</summary>
    public static bool Knows(StorageKind kind) => kind is StorageKind.F32 or StorageKind.Bf16
        or StorageKind.Fp16 or StorageKind.Int8 or StorageKind.Fp8 or StorageKind.Int4;

    public static Action<WeightView, ArrayView<int>, int, int, ArrayView<float>, int, int> Look(
        Storage storage) => storage.Kind switch
    {
        StorageKind.F32 => RowwiseKernels.Look<Fp32Numbers>,
        StorageKind.Bf16 => RowwiseKernels.Look<Bf16Numbers>,
        StorageKind.Fp16 => RowwiseKernels.Look<Fp16Numbers>,
        StorageKind.Int8 => RowwiseKernels.Look<Int8Numbers>,
        StorageKind.Fp8 => RowwiseKernels.Look<Fp8Numbers>,
        StorageKind.Int4 when storage.HasOffset => RowwiseKernels.Look<Int4OffsetNumbers>,
        StorageKind.Int4 => RowwiseKernels.Look<Int4Numbers>,
        _ => throw Unknown(storage.Kind),
    };

    /// <summary>Few rows of inputs.</summary>
    public static Action<WeightView, Sides> Vector(
        Storage storage, bool warps, MatrixUnits units) => storage.Kind switch
        {
            StorageKind.F32 => warps
                ? LinearKernels.Dot<Fp32Numbers, WarpTeam>
                : LinearKernels.Dot<Fp32Numbers, GroupTeam>,
            StorageKind.Bf16 => Vector<Bf16Numbers>(warps),
            StorageKind.Fp16 => Vector<Fp16Numbers>(warps),
            StorageKind.Int8 when storage.RoundsInputs => units == MatrixUnits.Cuda
                ? IntegerKernels.Dot<WarpTeam, CudaBytes>
                : warps
                    ? IntegerKernels.Dot<WarpTeam, PlainBytes>
                    : IntegerKernels.Dot<GroupTeam, PlainBytes>,
            StorageKind.Int8 => Vector<Int8Numbers>(warps),
            StorageKind.Fp8 => Vector<Fp8Numbers>(warps),
            StorageKind.Int4 when storage.HasOffset => Vector<Int4OffsetNumbers>(warps),
            StorageKind.Int4 => Vector<Int4Numbers>(warps),
            _ => throw Unknown(storage.Kind),
        };

    /// <summary>Many rows of inputs.</summary>
    public static Action<WeightView, Sides, int> Tile(Storage storage, MatrixUnits units) =>
        storage.Kind switch
        {
            StorageKind.F32 => LinearKernels.Tile<Fp32Numbers>,
            StorageKind.Bf16 => LinearKernels.Tile<Bf16Numbers>,
            StorageKind.Fp16 => LinearKernels.Tile<Fp16Numbers>,
            StorageKind.Int8 when storage.RoundsInputs => units == MatrixUnits.Cuda
                ? IntegerKernels.Tile<CudaBytes>
                : IntegerKernels.Tile<PlainBytes>,
            StorageKind.Int8 => LinearKernels.Tile<Int8Numbers>,
            StorageKind.Fp8 => LinearKernels.Tile<Fp8Numbers>,
            StorageKind.Int4 when storage.HasOffset => LinearKernels.Tile<Int4OffsetNumbers>,
            StorageKind.Int4 => LinearKernels.Tile<Int4Numbers>,
            _ => throw Unknown(storage.Kind),
        };

    /// <summary>Rounds inputs to the 8 bits that go with weights (W8A8).</summary>
    public static Action<ArrayView<float>, int, ArrayView<uint>, int, ArrayView<float>> Whole(
        bool warps) => warps
        ? IntegerKernels.Round<WarpReduction>
        : IntegerKernels.Round<TreeReduction>;

    /// <summary>Several rows, on matrix units; fp32 has none.</summary>
    public static Action<WeightView, Sides> Narrow(Storage storage, MatrixUnits units) =>
        storage.Kind switch
        {
            StorageKind.Bf16 => Narrow<Bf16Numbers>(units),
            StorageKind.Fp16 when units == MatrixUnits.Cuda =>
                MatrixKernels.Narrow<Fp16Numbers, CudaFp16Unit>,
            StorageKind.Fp16 => MatrixKernels.Narrow<Fp16Numbers, ShuffledFp16Unit>,
            StorageKind.Int8 => Narrow<Int8Numbers>(units),
            StorageKind.Fp8 => Narrow<Fp8Numbers>(units),
            StorageKind.Int4 when storage.HasOffset => Narrow<Int4OffsetNumbers>(units),
            StorageKind.Int4 => Narrow<Int4Numbers>(units),
            _ => throw Unknown(storage.Kind),
        };

    /// <summary>Many rows, on matrix units; fp32 has none.</summary>
    public static Action<WeightView, Sides> Wide(Storage storage, MatrixUnits units) =>
        storage.Kind switch
        {
            StorageKind.Bf16 => Wide<Bf16Numbers>(units),
            StorageKind.Fp16 when units == MatrixUnits.Cuda =>
                MatrixKernels.Wide<Fp16Numbers, CudaFp16Unit>,
            StorageKind.Fp16 => MatrixKernels.Wide<Fp16Numbers, ShuffledFp16Unit>,
            StorageKind.Int8 => Wide<Int8Numbers>(units),
            StorageKind.Fp8 => Wide<Fp8Numbers>(units),
            StorageKind.Int4 when storage.HasOffset => Wide<Int4OffsetNumbers>(units),
            StorageKind.Int4 => Wide<Int4Numbers>(units),
            _ => throw Unknown(storage.Kind),
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

    /// <summary>Expands scaled numbers to bf16.</summary>
    public static Action<WeightView, ArrayView<Quad>> Expand(Storage storage) =>
        storage.Kind switch
        {
            StorageKind.Int8 => MatrixKernels.Expand<Int8Numbers, CudaBf16Unit>,
            StorageKind.Fp8 => MatrixKernels.Expand<Fp8Numbers, CudaBf16Unit>,
            StorageKind.Int4 when storage.HasOffset =>
                MatrixKernels.Expand<Int4OffsetNumbers, CudaBf16Unit>,
            StorageKind.Int4 => MatrixKernels.Expand<Int4Numbers, CudaBf16Unit>,
            _ => throw Unknown(storage.Kind),
        };

    public static Action<Cache, Asked> Attend(KvKind kind, bool warps) => kind switch
    {
        KvKind.F32 => Attend<Fp32Numbers>(warps),
        KvKind.Bf16 => Attend<Bf16Numbers>(warps),
        KvKind.Fp16 => Attend<Fp16Numbers>(warps),
        KvKind.Int8 => Attend<Int8Numbers>(warps),
        KvKind.Int4 => Attend<Int4Numbers>(warps),
        _ => throw Unknown(kind),
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
            KvKind.Int4 => Flash<Int4Numbers>(units),
            _ => throw Unknown(kind),
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

    private static ArgumentOutOfRangeException Unknown<K>(K kind)
        where K : struct, Enum => new(nameof(kind), kind, "No kernel knows the format.");

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
