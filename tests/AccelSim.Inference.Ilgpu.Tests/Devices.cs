using AccelSim.Inference.Kernels;
using AccelSim.Workloads;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>Every device found here, and ILGPU's emulator, which is always there.</summary>
internal static class Devices
{
    /// <summary>The emulator's name.</summary>
    public const string Emulator = "emulator";

    private static readonly Lazy<Dictionary<string, GpuDevice>> Opened = new(Open);

    /// <summary>Formats of the cache that kernels take.</summary>
    public static IEnumerable<KvKind> Caches =>
        Enum.GetValues<KvKind>().Where(kind => kind != KvKind.Int2);

    /// <summary>The emulator with warps of 32 whose shuffles stand for matrix units.</summary>
    public const string Warps = "emulated-warps";

    /// <summary>Names of all.</summary>
    public static IReadOnlyList<string> Names => [.. Opened.Value.Keys];

    /// <summary>Names of those that a whole model runs on in a minute.</summary>
    public static IReadOnlyList<string> Whole => [.. Names.Where(name => name != Warps)];

    /// <summary>Names of those that run programs longer than a few groups.</summary>
    public static IReadOnlyList<string> Fast =>
        [.. Names.Where(name => !name.StartsWith("emul", StringComparison.Ordinal))];

    /// <summary>A device by name; lives as long as the process.</summary>
    public static GpuDevice Named(string name) => Opened.Value[name];

    /// <summary>Numbers from −1 to 1.</summary>
    public static float[] Uniform(SimRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];

    /// <summary>Memory with those numbers.</summary>
    public static DeviceSlot<float> Slot(GpuDevice device, float[] values, int width)
    {
        var slot = new DeviceSlot<float>(device);
        slot.Fill(values);
        slot.Take(values.Length / width, width);
        return slot;
    }

    /// <summary>Memory that holds no numbers.</summary>
    public static DeviceSlot<float> Poisoned(GpuDevice device, int rows, int width)
    {
        var values = new float[rows * width];
        Array.Fill(values, float.NaN);
        return Slot(device, values, width);
    }

    /// <summary>What memory holds.</summary>
    public static float[] Read(DeviceSlot<float> slot, int count)
    {
        var values = new float[count];
        slot.Read(0, values);
        return values;
    }

    private static Dictionary<string, GpuDevice> Open()
    {
        var found = new Dictionary<string, GpuDevice>(StringComparer.Ordinal);
        var emulator = Context.Create(builder =>
            builder.Profiling().CPU(new CPUDevice(4, 4, 1)));
        found[Emulator] = new GpuDevice(emulator.Devices[0].CreateAccelerator(emulator));
        var warps = Context.Create(builder =>
            builder.Profiling().CPU(new CPUDevice(32, 8, 1)));
        found[Warps] = new GpuDevice(
            warps.Devices[0].CreateAccelerator(warps), MatrixUnits.Shuffled);
        var context = IlgpuProvider.NewContext([]);
        foreach (var device in IlgpuProvider.Suitable(context))
        {
            var kind = device.AcceleratorType == AcceleratorType.Cuda ? "cuda" : "opencl";
            found.TryAdd(kind, new GpuDevice(device.CreateAccelerator(context)));
        }
        return found;
    }
}
