using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using AccelSim.Models;
using AccelSim.Traces;
using AccelSim.Units;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AccelSim.Inference.Ilgpu;

/// <summary>A GPU, or what else ILGPU makes kernels for.</summary>
internal sealed class GpuBackend : IBackend
{
    private const int LargeSide = 4096;

    private readonly Context _context;
    private readonly GpuDevice _device;
    private int _side;

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
    public FormatPlan Formats(EngineModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Formats(model.Graph.Formats, model.Formats, _device.Units);
    }

    /// <summary>
    /// Matrix units take 16 bits; what runs a row at a time is bound by memory in any format. The
    /// graph prices the output head in attention's format, whatever the table's own is.
    /// </summary>
    internal static FormatPlan Formats(
        FormatPlan kept, EngineFormats formats, MatrixUnits units)
    {
        if (units == MatrixUnits.None) return kept;
        var products = formats.Linear switch
        {
            { RoundsInputs: true } => NumberFormat.Int8,
            { Kind: StorageKind.F32 } => NumberFormat.Fp32,
            { Kind: StorageKind.Fp16 } => NumberFormat.Fp16,
            _ => NumberFormat.Bf16,
        };
        return kept with
        {
            LinearCompute = products,
            ExpertCompute = products,
            AttentionCompute = formats.Kv == KvKind.F32 ? NumberFormat.Fp32 : NumberFormat.Bf16,
        };
    }

    /// <inheritdoc/>
    /// <remarks>Slow devices would take an hour over what fills a GPU.</remarks>
    public SweepSizes Sweep =>
        Ask(survey => survey.Side) >= LargeSide ? SweepSizes.Gpu : SweepSizes.Processor;

    /// <inheritdoc/>
    public MachineLimits Measure() => Ask(survey =>
        new MachineLimits(survey.Copy(), survey.Product())
        {
            FlopsOf = "a large bf16 product by its kernels",
            ReadsOf = "read and written by copies on the device",
        });

    /// <inheritdoc/>
    public DeviceSurvey Survey() => Ask(survey => survey.Survey());

    /// <summary>Threads and memory of a survey are given back when it ends.</summary>
    private T Ask<T>(Func<GpuSurvey, T> ask)
    {
        using var survey = new GpuSurvey(_device, _side);
        _side = survey.Side;
        return ask(survey);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _device.Dispose();
        _context.Dispose();
    }
}
