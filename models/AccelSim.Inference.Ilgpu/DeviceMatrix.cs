using AccelSim.Inference.Ilgpu.Kernels;
using AccelSim.Inference.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>A matrix on the device, or those of all experts one after the other.</summary>
internal sealed unsafe class DeviceMatrix : IDisposable
{
    private readonly MemoryBuffer1D<Quad, Stride1D.Dense> _data;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _scales;
    private readonly MemoryBuffer1D<float, Stride1D.Dense>? _offsets;

    /// <summary>Copies matrices as they are.</summary>
    /// <param name="device">Where to.</param>
    /// <param name="matrices">All of one size and format.</param>
    public DeviceMatrix(GpuDevice device, IReadOnlyList<Matrix> matrices)
    {
        var first = matrices[0];
        var view = first.View;
        Storage = first.Storage;
        Rows = first.Rows;
        Columns = first.Columns;
        Padded = view.Columns;
        var quads = view.RowBytes * Rows / sizeof(Quad);
        var scales = (long)Rows * view.Groups;
        _data = device.Allocate<Quad>(quads * matrices.Count);
        if (Storage.IsScaled) _scales = device.Allocate<float>(scales * matrices.Count);
        if (Storage.HasOffset) _offsets = device.Allocate<float>(scales * matrices.Count);
        for (var i = 0; i < matrices.Count; i++)
        {
            var own = matrices[i].View;
            Copy((Quad*)own.Data, _data.View.BaseView.SubView(i * quads, quads));
            if (_scales is not null)
                Copy(own.Scales, _scales.View.BaseView.SubView(i * scales, scales));
            if (_offsets is not null)
                Copy(own.Offsets, _offsets.View.BaseView.SubView(i * scales, scales));
        }
        View = new WeightView
        {
            Data = _data.View.BaseView,
            Scales = (_scales ?? device.Nothing).View.BaseView,
            Offsets = (_offsets ?? device.Nothing).View.BaseView,
            Rows = Rows,
            Parts = Padded / 8,
            Quads = (int)(view.RowBytes / sizeof(Quad)),
            Groups = view.Groups,
            GroupParts = view.Group / 8,
        };
    }

    /// <summary>The format.</summary>
    public Storage Storage { get; }

    /// <summary>Outputs of one matrix.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>Inputs filled up to whole runs.</summary>
    public int Padded { get; }

    /// <summary>What kernels see.</summary>
    public WeightView View { get; }

    public void Dispose()
    {
        _data.Dispose();
        _scales?.Dispose();
        _offsets?.Dispose();
    }

    private static void Copy<T>(T* from, ArrayView<T> to)
        where T : unmanaged
    {
        // Drivers copy pieces of memory that was mapped better than all at once.
        const long piece = 1 << 26;
        for (long done = 0; done < to.Length; done += piece)
        {
            var count = Math.Min(piece, to.Length - done);
            to.SubView(done, count).CopyFromCPU(ref from[done], count);
        }
    }
}
