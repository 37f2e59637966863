using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>One accelerator as its file describes it: facts only, nothing filled in.</summary>
/// <remarks>
/// Optional members are null where the file is silent; <see cref="Device"/> completes them from
/// <c>hwconfigs/estimators.json</c> and tags them assumed.
/// </remarks>
public sealed record Accelerator
{
    /// <summary>The name to choose it by: the file's name without its ending.</summary>
    [FromFileName]
    public required string Id { get; init; }

    /// <summary>The name a person would use.</summary>
    public required string Name { get; init; }

    /// <summary>Who makes it.</summary>
    public required string Vendor { get; init; }

    /// <summary>Year of first shipment; a what-if device may leave it out.</summary>
    [Limits(AtLeast = 1990, AtMost = 2100)]
    public int? Year { get; init; }

    /// <summary>The device class; decides the kind of <see cref="Fabric"/>.</summary>
    public required DeviceClass Class { get; init; }

    /// <summary>How it computes.</summary>
    public required Fabric Fabric { get; init; }

    /// <summary>Dense peak rates as the maker states them, by format; lint compares them.</summary>
    public IReadOnlyDictionary<NumberFormat, Fact<FlopsPerSecond>> Peak { get; init; } =
        new Dictionary<NumberFormat, Fact<FlopsPerSecond>>();

    /// <summary>Memory levels by name; exactly one has the role main.</summary>
    public required IReadOnlyDictionary<string, MemoryLevel> Memory { get; init; }

    /// <summary>Links by name; may be empty.</summary>
    public IReadOnlyDictionary<string, Link> Links { get; init; } =
        new Dictionary<string, Link>();

    /// <summary>Fixed costs.</summary>
    public Overheads Overheads { get; init; } = new();

    /// <summary>Power and energies.</summary>
    public required Power Power { get; init; }

    /// <summary>What it costs.</summary>
    public Price Price { get; init; } = new();

    /// <summary>The silicon.</summary>
    public Die Die { get; init; } = new();

    /// <summary>
    /// The class of <c>hwconfigs/classes</c> that gives the kernel figures which are not under
    /// <see cref="Kernels"/>; null for the one named as the device class.
    /// </summary>
    public string? KernelClass { get; init; }

    /// <summary>Figures fitted to measurements of this device, by family of kernels.</summary>
    public IReadOnlyDictionary<KernelFamily, KernelFit> Kernels { get; init; } =
        new Dictionary<KernelFamily, KernelFit>();
}

/// <summary>The classes of device.</summary>
public enum DeviceClass
{
    /// <summary>Multiprocessors with matrix units.</summary>
    Gpu,
    /// <summary>Systolic or cube arrays with a vector unit and scratchpads.</summary>
    Npu,
    /// <summary>DSP slices, look-up tables, block RAM.</summary>
    Fpga,
    /// <summary>A mesh of small cores with their own memory, on one wafer.</summary>
    Wafer,
    /// <summary>Cores with SIMD and perhaps matrix units.</summary>
    Cpu,
    /// <summary>A system on a chip: CPU, GPU and NPU share one memory.</summary>
    Edge,
}

/// <summary>One level of memory.</summary>
public sealed record MemoryLevel
{
    /// <summary>What it is used for.</summary>
    public required MemoryRole Role { get; init; }

    /// <summary>The kind, such as HBM3 or GDDR6X: a name in <c>estimators.json</c>.</summary>
    public required string Technology { get; init; }

    /// <summary>
    /// Capacity: of the device, or of one unit where <see cref="Sharing"/> says so.
    /// </summary>
    public required Fact<Bytes> Capacity { get; init; }

    /// <summary>
    /// Parts that each serve their own side of the chip and copy what both need: shared data have
    /// that much less room.
    /// </summary>
    [Limits(AtLeast = 1, AtMost = 8)]
    public Fact<Count>? Partitions { get; init; }

    /// <summary>Peak bandwidth, read and write together, in the scope of Sharing.</summary>
    public Fact<BytesPerSecond>? Bandwidth { get; init; }

    /// <summary>Time from request to first data.</summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public Fact<Seconds>? Latency { get; init; }

    /// <summary>Data pins: bandwidth = bus width × pin rate (lint compares).</summary>
    public Fact<Bytes>? BusWidth { get; init; }

    /// <summary>Data rate of one pin.</summary>
    public Fact<BytesPerSecond>? PinRate { get; init; }

    /// <summary>Who shares it.</summary>
    public MemorySharing Sharing { get; init; } = MemorySharing.Device;
}

/// <summary>What a memory level is used for.</summary>
public enum MemoryRole
{
    /// <summary>Holds weights and KV cache.</summary>
    Main,
    /// <summary>Managed by hardware between main memory and the compute units.</summary>
    Cache,
    /// <summary>Managed by software beside the compute units.</summary>
    Scratchpad,
    /// <summary>
    /// Slower and larger: flash or host memory that weights and KV can be kept in.
    /// </summary>
    Offload,
}

/// <summary>Who shares a memory level.</summary>
public enum MemorySharing
{
    /// <summary>One for the device.</summary>
    Device,
    /// <summary>One for each compute unit (multiprocessor, core): figures are per unit.</summary>
    Unit,
}

/// <summary>A link of one accelerator to others, to its host, or to the network.</summary>
public sealed record Link
{
    /// <summary>What it connects.</summary>
    public required LinkRole Role { get; init; }

    /// <summary>The kind, such as NVLink 4 or PCIe 5.0: a name in <c>estimators.json</c>.</summary>
    public required string Technology { get; init; }

    /// <summary>Bandwidth of one accelerator, per direction.</summary>
    public required Fact<BytesPerSecond> Bandwidth { get; init; }

    /// <summary>Time for an empty message.</summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public Fact<Seconds>? Latency { get; init; }

    /// <summary>How the ends are joined.</summary>
    public Topology Topology { get; init; } = Topology.Switch;

    /// <summary>Whether the switch adds up data on the way (NVLink SHARP and its like).</summary>
    public bool InNetworkReduction { get; init; }
}

/// <summary>What a link connects.</summary>
public enum LinkRole
{
    /// <summary>Accelerators in one node.</summary>
    ScaleUp,
    /// <summary>The accelerator and its host.</summary>
    Host,
    /// <summary>Nodes of a cluster.</summary>
    ScaleOut,
}

/// <summary>How the ends of a link are joined.</summary>
public enum Topology
{
    /// <summary>Everyone to everyone at full bandwidth through a switch.</summary>
    Switch,
    /// <summary>Neighbours only, closed to a ring.</summary>
    Ring,
    /// <summary>A wire for every pair; the bandwidth is split over the pairs.</summary>
    FullMesh,
    /// <summary>A grid in two dimensions.</summary>
    Mesh2D,
    /// <summary>A grid in two dimensions with closed rows and columns.</summary>
    Torus2D,
    /// <summary>A grid in three dimensions, closed.</summary>
    Torus3D,
    /// <summary>One medium that everybody shares, such as a PCIe root.</summary>
    Bus,
}

/// <summary>Costs that do not depend on size.</summary>
public sealed record Overheads
{
    /// <summary>Time from one kernel to the next on the device.</summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public Fact<Seconds>? KernelLaunch { get; init; }

    /// <summary>
    /// Time to synchronise devices around a collective, beyond the link's latency.
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public Fact<Seconds>? Synchronisation { get; init; }

    /// <summary>
    /// Host time per step: scheduling, input preparation, sampling, detokenising.
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 3600)]
    public Fact<Seconds>? HostPerStep { get; init; }

    /// <summary>Memory taken by the driver, the runtime and communication buffers.</summary>
    [Limits(AtLeast = 0)]
    public Fact<Bytes>? RuntimeReserve { get; init; }
}

/// <summary>Power and energy.</summary>
public sealed record Power
{
    /// <summary>The most it may draw for long; work is slowed so that it stays below.</summary>
    [Limits(MoreThan = 0)]
    public required Fact<Watts> Tdp { get; init; }

    /// <summary>Draw when powered and idle.</summary>
    public Fact<Watts>? Idle { get; init; }

    /// <summary>
    /// Draw beyond idling while kernels run, whatever they do: clocks, schedulers, caches.
    /// </summary>
    [Limits(AtLeast = 0)]
    public Fact<Watts>? Active { get; init; }

    /// <summary>The most it may draw for a short time.</summary>
    [Limits(MoreThan = 0)]
    public Fact<Watts>? Burst { get; init; }

    /// <summary>How long <see cref="Burst"/> lasts.</summary>
    public Fact<Seconds>? BurstTime { get; init; }

    /// <summary>Energy of one operation of the matrix units, by format.</summary>
    public IReadOnlyDictionary<NumberFormat, Fact<JoulesPerFlop>> MatrixEnergy { get; init; } =
        new Dictionary<NumberFormat, Fact<JoulesPerFlop>>();

    /// <summary>Energy of one operation of the vector units.</summary>
    public Fact<JoulesPerFlop>? VectorEnergy { get; init; }

    /// <summary>Energy of one byte, by memory level name.</summary>
    public IReadOnlyDictionary<string, Fact<JoulesPerByte>> MemoryEnergy { get; init; } =
        new Dictionary<string, Fact<JoulesPerByte>>();

    /// <summary>Energy of one byte, by link name.</summary>
    public IReadOnlyDictionary<string, Fact<JoulesPerByte>> LinkEnergy { get; init; } =
        new Dictionary<string, Fact<JoulesPerByte>>();
}

/// <summary>What an accelerator costs; either figure is enough.</summary>
public sealed record Price
{
    /// <summary>To buy one.</summary>
    public Fact<Usd>? Purchase { get; init; }

    /// <summary>To rent one; includes its electricity.</summary>
    public Fact<UsdPerHour>? PerHour { get; init; }
}

/// <summary>The silicon.</summary>
public sealed record Die
{
    /// <summary>Area of all compute dies together.</summary>
    public Fact<SquareMillimetres>? Area { get; init; }

    /// <summary>Process node.</summary>
    public Fact<Nanometres>? Process { get; init; }
}
