using AccelSim.Costs.Analytical.Cpu;
using AccelSim.Costs.Analytical.Edge;
using AccelSim.Costs.Analytical.Fpga;
using AccelSim.Costs.Analytical.Npu;
using AccelSim.Costs.Analytical.Wafer;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical;

/// <summary>A device's facts as kernel models need them: plain numbers in base units.</summary>
/// <remarks>Doubles, because step loops price operators millions of times.</remarks>
public sealed class Machine
{
    private readonly double[] _matrix = new double[Enum.GetValues<NumberFormat>().Length];

    private readonly MachineLink?[] _links =
        new MachineLink?[Enum.GetValues<CommunicationGroup>().Length];

    /// <summary>Takes them from a device on its own.</summary>
    public Machine(Device device)
        : this(device, new Dictionary<CommunicationGroup, GroupLink>())
    {
    }

    /// <summary>Takes them from a device and the wires of its groups.</summary>
    public Machine(Device device, IReadOnlyDictionary<CommunicationGroup, GroupLink> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        foreach (var (group, link) in links) _links[(int)group] = MachineLink.Of(link);
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        var fabric = device.Spec.Fabric;
        Units = fabric.Units;
        Clock = ClockOf(fabric);
        foreach (var format in Enum.GetValues<NumberFormat>())
            _matrix[(int)format] = device.MatrixRate(format)?.Value.Value ?? 0;
        VectorRate = new[] { NumberFormat.Fp32, NumberFormat.Fp16, NumberFormat.Bf16 }
            .Select(device.VectorRate).First(rate => rate is not null)!.Value.Value;
        SpecialRate = fabric is GpuFabric { SpecialFunctions: { } special }
            ? Units * special.Value.Value * Clock
            : VectorRate;
        Bandwidth = device.Bandwidth[device.MainMemory].Value.Value;
        foreach (var level in device.Spec.Memory.Values)
        {
            var bytes = level.Capacity.Value.Value
                * (level.Sharing == MemorySharing.Unit ? Units : 1.0);
            if (level.Role == MemoryRole.Cache && bytes > CacheBytes)
            {
                CacheBytes = bytes;
                SharedCacheBytes = bytes / (level.Partitions?.Value.Value ?? 1);
            }
            if (level.Role == MemoryRole.Scratchpad) ScratchBytes += bytes;
            if (level.Role is not (MemoryRole.Cache or MemoryRole.Scratchpad)) continue;
            OnChipBytes += bytes;
        }
        foreach (var (name, bandwidth) in device.Bandwidth)
        {
            if (device.Spec.Memory[name].Role is MemoryRole.Cache or MemoryRole.Scratchpad)
                OnChipBandwidth += bandwidth.Value.Value;
        }
        MemoryLatency = device.MemoryLatency?.Value.Value ?? 0;
        LaunchSeconds = device.KernelLaunch.Value.Value;
        Npu = fabric is NpuFabric npu ? new NpuFacts(npu) : null;
        Cpu = fabric is CpuFabric cpu ? new CpuFacts(cpu, device.Spec) : null;
        Edge = fabric is SocFabric soc ? new EdgeFacts(soc, device.Spec) : null;
        Fpga = fabric is FpgaFabric fpga ? new FpgaFacts(fpga) : null;
        Wafer = fabric is WaferFabric wafer ? new WaferFacts(wafer, device) : null;
        Tdp = device.Tdp.Value.Value;
        Idle = device.Idle.Value.Value;
    }

    /// <summary>The device itself, for facts that only one fabric has.</summary>
    public Device Device { get; }

    /// <summary>Compute units: multiprocessors, cores.</summary>
    public double Units { get; }

    /// <summary>Their clock, in hertz.</summary>
    public double Clock { get; }

    /// <summary>Vector operations of the whole device, per second.</summary>
    public double VectorRate { get; }

    /// <summary>Exponentials of the whole device, per second.</summary>
    public double SpecialRate { get; }

    /// <summary>Bandwidth of main memory, in bytes per second.</summary>
    public double Bandwidth { get; }

    /// <summary>The largest cache, in bytes; 0 where there is none.</summary>
    public double CacheBytes { get; }

    /// <summary>
    /// What the largest cache holds of data that all units read: its partitions copy those.
    /// </summary>
    public double SharedCacheBytes { get; }

    /// <summary>Scratchpads of all units together, in bytes.</summary>
    public double ScratchBytes { get; }

    /// <summary>Caches and scratchpads of all units together, in bytes.</summary>
    public double OnChipBytes { get; }

    /// <summary>
    /// Their bandwidth where the file states one, in bytes per second; 0 where it states none.
    /// </summary>
    public double OnChipBandwidth { get; }

    /// <summary>From a request to main memory to its first data, in seconds.</summary>
    public double MemoryLatency { get; }

    /// <summary>From one kernel to the next, in seconds.</summary>
    public double LaunchSeconds { get; }

    /// <summary>Sustained power limit, in watts.</summary>
    public double Tdp { get; }

    /// <summary>Idle power, in watts.</summary>
    public double Idle { get; }

    /// <summary>What only a fabric of systolic or cube arrays has; null on others.</summary>
    internal NpuFacts? Npu { get; }

    /// <summary>What only cores have; null on other fabrics.</summary>
    internal CpuFacts? Cpu { get; }

    /// <summary>What only a system on a chip has; null on other fabrics.</summary>
    internal EdgeFacts? Edge { get; }

    /// <summary>What only an FPGA has; null on other fabrics.</summary>
    internal FpgaFacts? Fpga { get; }

    /// <summary>What only a wafer has; null on other fabrics.</summary>
    internal WaferFacts? Wafer { get; }

    /// <summary>Matrix operations of the whole device, per second; 0 if it has none.</summary>
    public double MatrixRate(NumberFormat format) => _matrix[(int)format];

    /// <summary>The wires of a group of ranks; null where the plan makes none.</summary>
    public MachineLink? Link(CommunicationGroup group) => _links[(int)group];

    /// <summary>Dense matrix operations of one unit in one cycle.</summary>
    public double MatrixPerCycle(NumberFormat format) => _matrix[(int)format] / (Units * Clock);

    private static double ClockOf(Fabric fabric) => fabric switch
    {
        GpuFabric gpu => gpu.Clock.Value.Value,
        NpuFabric npu => npu.Clock.Value.Value,
        FpgaFabric fpga => fpga.Clock.Value.Value,
        WaferFabric wafer => wafer.Clock.Value.Value,
        CpuFabric cpu => (cpu.MatrixClock ?? cpu.Clock).Value.Value,
        SocFabric soc => ClockOf(soc.Engines[soc.MatrixEngine]),
        _ => throw new ArgumentOutOfRangeException(nameof(fabric)),
    };
}
