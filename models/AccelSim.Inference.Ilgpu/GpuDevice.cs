using System.Reflection;
using AccelSim.Configuration;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AccelSim.Inference.Ilgpu;

/// <summary>A device with the kernels that were compiled for it.</summary>
internal sealed class GpuDevice : IDisposable
{
    private const int LargestSide = 16;
    private readonly Dictionary<MethodInfo, Delegate> _kernels = [];

    /// <summary>A device.</summary>
    /// <param name="accelerator">Disposed of with this.</param>
    /// <param name="units">What multiplies; null: what the device has.</param>
    public GpuDevice(Accelerator accelerator, MatrixUnits? units = null)
    {
        Units = units ?? Found(accelerator);
        if (Units == MatrixUnits.Cuda) Library = CublasLt.TryOpen(accelerator);
        Accelerator = accelerator;
        IsCuda = accelerator.AcceleratorType == AcceleratorType.Cuda;
        var most = accelerator.MaxNumThreadsPerGroup;
        // A power of two, as many as kernels keep room for.
        GroupSize = Kernels.Limits.GroupSize;
        while (GroupSize > most) GroupSize /= 2;
        TileSide = LargestSide;
        while (TileSide * TileSide > most) TileSide /= 2;
        // None is known in simple emulators.
        Processors = Math.Max(1, accelerator.NumMultiprocessors);
        Nothing = accelerator.Allocate1D<float>(4);
        NoIntegers = accelerator.Allocate1D<int>(4);
    }

    public Accelerator Accelerator { get; }

    public bool IsCuda { get; }

    /// <summary>Whether kernels put numbers together by shuffles in warps of 32.</summary>
    public bool HasWarps => Units != MatrixUnits.None || IsCuda;

    /// <summary>What multiplies pieces of matrices.</summary>
    public MatrixUnits Units { get; }

    /// <summary>NVIDIA's library; null where the machine has none.</summary>
    public CublasLt? Library { get; }

    /// <summary>Threads of a group.</summary>
    public int GroupSize { get; }

    /// <summary>Threads along a side of a tile of outputs.</summary>
    public int TileSide { get; }

    /// <summary>What runs groups at the same time.</summary>
    public int Processors { get; }

    /// <summary>For parameters that a call has no use for.</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Nothing { get; }

    /// <summary>For parameters that a call has no use for.</summary>
    public MemoryBuffer1D<int, Stride1D.Dense> NoIntegers { get; }

    /// <summary>Groups of the usual size.</summary>
    public KernelConfig Groups(int x, int y = 1, int z = 1) =>
        new(new Index3D(x, y, z), new Index3D(GroupSize, 1, 1));

    /// <summary>As many groups of the usual size as so many threads need.</summary>
    public KernelConfig Threads(long count) =>
        Groups((int)((count + GroupSize - 1) / GroupSize));

    /// <summary>Memory on the device.</summary>
    /// <exception cref="ConfigException">The device has no more.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(long count)
        where T : unmanaged
    {
        try
        {
            return Accelerator.Allocate1D<T>(count);
        }
        catch (AcceleratorException problem) when (IsFull(problem))
        {
            throw new ConfigException("", 0, "--backend", FormattableString.Invariant(
                $"the device's {Accelerator.MemorySize / 1e9:0.#} GB are too few for weights, ")
                + "cache and what is between; take a coarser format (--dtype), fewer or shorter "
                + "sequences, or --backend cpu.");
        }
    }

    public void Run<A, B>(
        Action<A, B> kernel, KernelConfig grid, A a, B b)
        where A : struct where B : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B>>(kernel)(
            Accelerator.DefaultStream, grid, a, b);

    public void Run<A, B, C>(
        Action<A, B, C> kernel, KernelConfig grid, A a, B b, C c)
        where A : struct where B : struct where C : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c);

    public void Run<A, B, C, D>(
        Action<A, B, C, D> kernel, KernelConfig grid, A a, B b, C c, D d)
        where A : struct where B : struct where C : struct where D : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C, D>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c, d);

    public void Run<A, B, C, D, E>(
        Action<A, B, C, D, E> kernel, KernelConfig grid, A a, B b, C c, D d, E e)
        where A : struct where B : struct where C : struct where D : struct where E : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C, D, E>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c, d, e);

    public void Run<A, B, C, D, E, F>(
        Action<A, B, C, D, E, F> kernel, KernelConfig grid, A a, B b, C c, D d, E e, F f)
        where A : struct where B : struct where C : struct where D : struct where E : struct
        where F : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C, D, E, F>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c, d, e, f);

    public void Run<A, B, C, D, E, F, G>(
        Action<A, B, C, D, E, F, G> kernel, KernelConfig grid, A a, B b, C c, D d, E e, F f, G g)
        where A : struct where B : struct where C : struct where D : struct where E : struct
        where F : struct where G : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C, D, E, F, G>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c, d, e, f, g);

    public void Run<A, B, C, D, E, F, G, H, I>(
        Action<A, B, C, D, E, F, G, H, I> kernel, KernelConfig grid, A a, B b, C c, D d, E e, F f,
        G g, H h, I i)
        where A : struct where B : struct where C : struct where D : struct where E : struct
        where F : struct where G : struct where H : struct where I : struct =>
        Compiled<Action<AcceleratorStream, KernelConfig, A, B, C, D, E, F, G, H, I>>(kernel)(
            Accelerator.DefaultStream, grid, a, b, c, d, e, f, g, h, i);

    public void Dispose()
    {
        Library?.Dispose();
        Nothing.Dispose();
        NoIntegers.Dispose();
        Accelerator.Dispose();
    }

    /// <summary>Compute capability 8.0 is the first whose units know bf16.</summary>
    private static MatrixUnits Found(Accelerator accelerator) =>
        accelerator is CudaAccelerator { Architecture.Major: >= 8 }
            ? MatrixUnits.Cuda
            : MatrixUnits.None;

    private static bool IsFull(AcceleratorException problem) => problem switch
    {
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        CLException opencl => opencl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE
            or CLError.CL_INVALID_BUFFER_SIZE or CLError.CL_OUT_OF_RESOURCES,
        _ => false,
    };

    private T Compiled<T>(Delegate kernel)
        where T : Delegate
    {
        if (_kernels.TryGetValue(kernel.Method, out var known)) return (T)known;
        var compiled = Accelerator.GetBackend().Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), default);
        CudaPtx.Mend(compiled);
        var made = Accelerator.LoadKernel(compiled).CreateLauncherDelegate<T>();
        _kernels[kernel.Method] = made;
        return made;
    }
}

/// <summary>What multiplies pieces of matrices by a warp at a time.</summary>
internal enum MatrixUnits
{
    /// <summary>Nothing: each thread sums its own.</summary>
    None,
    /// <summary>NVIDIA's instruction.</summary>
    Cuda,
    /// <summary>Shuffles in an emulated warp: for tests.</summary>
    Shuffled,
}

/// <summary>Memory on a device that grows when more is asked for.</summary>
/// <typeparam name="T">What it holds.</typeparam>
internal sealed unsafe class DeviceSlot<T>(GpuDevice device) : IDisposable
    where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? _buffer;

    /// <summary>Numbers of a row.</summary>
    public int Width { get; private set; }

    /// <summary>All of it.</summary>
    public ArrayView<T> View => _buffer!.View.BaseView;

    /// <summary>Loads of 128 bits.</summary>
    public ArrayView<Kernels.Quad> Quads => View.Cast<Kernels.Quad>();

    /// <summary>Room for so many rows; what was there is lost.</summary>
    public ArrayView<T> Take(int rows, int width = 1)
    {
        Width = width;
        // Whole loads of 128 bits, whatever a number takes.
        var needed = ((long)rows * width + 15) / 16 * 16;
        if (_buffer is null || _buffer.Length < needed)
        {
            _buffer?.Dispose();
            _buffer = null;
            _buffer = device.Allocate<T>(Math.Max(16, needed));
        }
        return View;
    }

    /// <summary>Writes from main memory.</summary>
    public void Fill(ReadOnlySpan<T> values)
    {
        Take(values.Length);
        if (values.IsEmpty) return;
        // Memory must stay where it is until the copy has ended, not only until it began.
        fixed (T* from = values)
            View.SubView(0, values.Length).CopyFromCPU(ref *from, values.Length);
    }

    /// <summary>Reads to main memory; waits for what writes it.</summary>
    public void Read(long from, Span<T> values)
    {
        if (values.IsEmpty) return;
        fixed (T* to = values) View.SubView(from, values.Length).CopyToCPU(ref *to, values.Length);
    }

    public void Dispose() => _buffer?.Dispose();
}
