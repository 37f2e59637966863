using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Keys and values of one layer on the device, in blocks of tokens.</summary>
internal sealed class DeviceCache : IDisposable
{
    private readonly MemoryBuffer1D<Quad, Stride1D.Dense> _data;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _scales;

    /// <summary>Takes memory.</summary>
    public DeviceCache(GpuDevice device, AttentionShape shape, KvKind kind, int blocks, int size)
    {
        Kind = kind;
        var width = Matrix.Padded(shape.HeadDim);
        var quads = width * KvPages.Bits(kind) / 128;
        var rows = (long)blocks * size * shape.KvHeads;
        _data = device.Allocate<Quad>(2 * rows * quads);
        // Zeros, as memory of the processor comes.
        _data.MemSetToZero();
        if (kind is KvKind.Int8 or KvKind.Int4)
        {
            _scales = device.Allocate<float>(2 * rows);
            _scales.MemSetToZero();
        }
        View = new Cache
        {
            Data = _data.View.BaseView,
            Words = _data.View.BaseView.Cast<uint>(),
            Scales = (_scales ?? device.Nothing).View.BaseView,
            BlockSize = size,
            Heads = shape.KvHeads,
            HeadDim = shape.HeadDim,
            Parts = width / 8,
            Quads = quads,
            Rows = checked((int)rows),
        };
        Bytes = _data.LengthInBytes + (_scales?.LengthInBytes ?? 0);
    }

    /// <summary>The format.</summary>
    public KvKind Kind { get; }

    /// <summary>Memory taken.</summary>
    public long Bytes { get; }

    /// <summary>What kernels see.</summary>
    public Cache View { get; }

    public void Dispose()
    {
        _data.Dispose();
        _scales?.Dispose();
    }
}
