using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AccelSim.Inference.Ilgpu;

/// <summary>All weights of a model on the device.</summary>
internal sealed class DeviceModel : IDisposable
{
    // A tied head is the embedding's matrix: brought over once.
    private readonly Dictionary<Matrix, DeviceMatrix> _matrices = [];
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _vectors = [];
    private readonly GpuDevice _device;

    public DeviceModel(GpuDevice device, EngineModel model)
    {
        _device = device;
        foreach (var operation in model.Operators)
        {
            if (operation.Matrices.Count > 0 && !_matrices.ContainsKey(operation.Matrices[0]))
                _matrices[operation.Matrices[0]] = new DeviceMatrix(device, operation.Matrices);
        }
    }

    /// <summary>An operator's matrices.</summary>
    public DeviceMatrix Of(BoundOperator operation) => _matrices[operation.Matrices[0]];

    /// <summary>Factors of a norm.</summary>
    public unsafe ArrayView<float> Vector(BoundOperator operation, int count) =>
        Bring(operation.Vector, count);

    /// <summary>What is added to outputs.</summary>
    public unsafe ArrayView<float> Bias(BoundOperator operation, int count) =>
        Bring(operation.Bias, count);

    /// <summary>Whether something is.</summary>
    public static unsafe bool HasBias(BoundOperator operation) => operation.Bias is not null;

    public void Dispose()
    {
        foreach (var matrix in _matrices.Values) matrix.Dispose();
        foreach (var vector in _vectors) vector.Dispose();
    }

    private unsafe ArrayView<float> Bring(float* from, int count)
    {
        if (from is null) return _device.Nothing.View.BaseView;
        var buffer = _device.Allocate<float>(count);
        buffer.View.BaseView.CopyFromCPU(ref *from, count);
        _vectors.Add(buffer);
        return buffer.View.BaseView;
    }
}
