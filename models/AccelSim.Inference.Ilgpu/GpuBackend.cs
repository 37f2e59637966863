using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Traces;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AccelSim.Inference.Ilgpu;

/// <summary>A GPU, or what else ILGPU makes kernels for.</summary>
internal sealed class GpuBackend : IBackend
{
    private const int Rounds = 20;
    private const long MostCopied = 1L << 30;
    private const int LeastSide = 256;
    private const int MostSide = 8192;
    private const double EnoughSeconds = 0.02;

    private readonly Context _context;
    private readonly GpuDevice _device;

    /// <summary>A device.</summary>
    /// <param name="context">Disposed of with this.</param>
    /// <param name="accelerator">Disposed of with this.</param>
    public GpuBackend(Context context, Accelerator accelerator)
    {
        _context = context;
        _device = new GpuDevice(accelerator);
    }

    /// <inheritdoc/>
    public string Name => "gpu";

    /// <inheritdoc/>
    public string Words => _device.Accelerator.Name;

    /// <inheritdoc/>
    public TraceDevice Device => new()
    {
        Name = _device.Accelerator.Name,
        Backend = _device.IsCuda ? "cuda" : "opencl",
        ClockMegahertz = _device.Accelerator switch
        {
            // ILGPU has divided the driver's kilohertz.
            CudaAccelerator cuda => cuda.ClockRate,
            CLAccelerator opencl => opencl.ClockRate,
            _ => 0,
        },
        Features = _device.Accelerator is CudaAccelerator found
            ? [found.Architecture.ToString() ?? "", found.InstructionSet.ToString() ?? ""]
            : [],
    };

    /// <inheritdoc/>
    public IExecutor Open(EngineModel model, int blocks, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new GpuExecutor(_device, model, blocks, blockSize);
    }

    /// <inheritdoc/>
    public MachineLimits Measure() => new(Copy(), Multiply())
    {
        FlopsOf = "the largest bf16 product that its kernels make",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Dispose();
        _context.Dispose();
    }

    /// <summary>Bytes per second of copies within the device, each read and written.</summary>
    private double Copy()
    {
        var accelerator = _device.Accelerator;
        var bytes = Math.Min(MostCopied, accelerator.MemorySize / 8);
        using var from = accelerator.Allocate1D<byte>(bytes);
        using var to = accelerator.Allocate1D<byte>(bytes);
        return 2.0 * bytes / Best(() => from.View.BaseView.CopyTo(to.View.BaseView));
    }

    /// <summary>Operations per second of the largest product that takes no great time.</summary>
    private double Multiply()
    {
        for (var side = LeastSide; ; side *= 2)
        {
            var seconds = Product(side);
            if (side >= MostSide || seconds > EnoughSeconds)
                return 2.0 * side * side * side / seconds;
        }
    }

    private double Product(int side)
    {
        using var weights = new Matrix(side, side, new Storage(StorageKind.Bf16));
        using var matrix = new DeviceMatrix(_device, [weights]);
        using var x = new DeviceSlot<float>(_device);
        using var y = new DeviceSlot<float>(_device);
        using var linear = new GpuLinear(_device);
        x.Take(side, side).MemSetToZero();
        y.Take(side, side);
        return Best(() => linear.Run(matrix, x, side, y, null));
    }

    private double Best(Action work)
    {
        work();
        _device.Accelerator.Synchronize();
        var best = double.PositiveInfinity;
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            _device.Accelerator.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
