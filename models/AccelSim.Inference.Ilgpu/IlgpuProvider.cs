using System.Reflection;
using System.Runtime.InteropServices;
using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AccelSim.Inference.Ilgpu;

/// <summary>GPUs that CUDA's driver or an OpenCL loader knows.</summary>
public sealed class IlgpuProvider : IBackendProvider
{
    private const double Gigabyte = 1e9;

    /// <summary>Names by which systems know the libraries that ILGPU asks for.</summary>
    private static readonly Dictionary<string, string[]> Libraries = new(StringComparer.Ordinal)
    {
        ["cuda"] = ["libcuda.so.1", "libcuda.so"],
        ["OpenCL"] = ["libOpenCL.so.1", "libOpenCL.so"],
    };

    private static readonly Lock Guard = new();
    private static bool _resolves;

    /// <inheritdoc/>
    public IReadOnlyList<FoundDevice> Find()
    {
        List<FoundDevice> found = [];
        List<CLDevice> refused = [];
        using var context = NewContext(refused);
        foreach (var device in Suitable(context))
            found.Add(new FoundDevice(KindOf(device), true, Words(device)));
        foreach (var device in refused)
        {
            found.Add(new FoundDevice(
                "opencl", false,
                $"{device.Name}: reports no generic address space, which kernels need; a newer "
                + "driver may."));
        }
        if (!found.Exists(one => one.Kind == "cuda"))
        {
            found.Add(new FoundDevice("cuda", false, Loads("cuda", "nvcuda.dll")
                ? "the driver is here, and knows no device."
                : "no CUDA driver is found here: install NVIDIA's."));
        }
        if (!found.Exists(one => one.Kind == "opencl"))
        {
            found.Add(new FoundDevice("opencl", false, Loads("OpenCL", "OpenCL.dll")
                ? "the loader is here, and knows no device: install the device's driver."
                : "no OpenCL loader is found here: install one, and the device's driver."));
        }
        return found;
    }

    /// <inheritdoc/>
    public IBackend Open()
    {
        var context = NewContext([]);
        try
        {
            var device = Suitable(context).FirstOrDefault() ?? throw new ConfigException(
                "", 0, "--backend",
                "no GPU is found; \"accelsim devices\" tells what is missing.");
            return new GpuBackend(context, device.CreateAccelerator(context));
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>A context with all devices that kernels run on.</summary>
    /// <param name="refused">Receives OpenCL devices that they do not.</param>
    internal static Context NewContext(List<CLDevice> refused)
    {
        Resolve();
        return Context.Create(builder => builder
            .Profiling()
            .Optimize(OptimizationLevel.O2)
            .Cuda()
            .OpenCL(device => Accept(device) || Refuse(device, refused)));
    }

    /// <summary>Best first: CUDA before OpenCL, GPUs before processors, large before small.
    /// </summary>
    internal static IEnumerable<Device> Suitable(Context context) => context.Devices
        .Where(device => device.AcceleratorType != AcceleratorType.CPU)
        .OrderBy(device => device is CudaDevice ? 0 : IsProcessor(device) ? 2 : 1)
        .ThenByDescending(device => device.MemorySize);

    /// <summary>Lets ILGPU find libraries under the names that systems give them.</summary>
    internal static void Resolve()
    {
        lock (Guard)
        {
            if (_resolves) return;
            _resolves = true;
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, _, _) =>
            {
                foreach (var file in Libraries.GetValueOrDefault(name) ?? [])
                {
                    if (NativeLibrary.TryLoad(file, out var handle)) return handle;
                }
                return 0;
            });
        }
    }

    private static bool Loads(string name, string windows)
    {
        foreach (var file in Libraries[name].Append(windows))
        {
            if (!NativeLibrary.TryLoad(file, out var handle)) continue;
            NativeLibrary.Free(handle);
            return true;
        }
        return false;
    }

    /// <summary>
    /// Devices with a generic address space, and processors: all their memory is one, whatever
    /// their driver says of it.
    /// </summary>
    private static bool Accept(CLDevice device)
    {
        if (device.Capabilities.GenericAddressSpace) return true;
        if (!IsProcessor(device)) return false;
        var property = typeof(CLCapabilityContext).GetProperty(
            nameof(CLCapabilityContext.GenericAddressSpace), BindingFlags.Public
            | BindingFlags.Instance);
        // Only ILGPU itself may set it otherwise.
        if (property?.SetMethod is not { } setter) return false;
        setter.Invoke(device.Capabilities, [true]);
        return true;
    }

    private static bool Refuse(CLDevice device, List<CLDevice> refused)
    {
        refused.Add(device);
        return false;
    }

    private static bool IsProcessor(Device device) =>
        device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    private static string KindOf(Device device) => device is CudaDevice ? "cuda" : "opencl";

    private static string Words(Device device) => FormattableString.Invariant(
        $"{device.Name}, {device.MemorySize / Gigabyte:0.#} GB")
        + (IsProcessor(device) ? "; a processor, fit for trying kernels" : "");
}
