using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Figures for what hardware files leave out: <c>hwconfigs/estimators.json</c>.</summary>
public sealed record Estimators
{
    /// <summary>Fixed costs, idle power, process and price of a typical device, by class.</summary>
    public required IReadOnlyDictionary<DeviceClass, ClassEstimate> Classes { get; init; }

    /// <summary>Kinds of memory by name, such as HBM3.</summary>
    public required IReadOnlyDictionary<string, MemoryTechnology> MemoryTechnologies { get; init; }

    /// <summary>Kinds of link by name, such as NVLink 4.</summary>
    public required IReadOnlyDictionary<string, LinkTechnology> LinkTechnologies { get; init; }

    /// <summary>Energies by process node, such as 4 nm.</summary>
    public required IReadOnlyDictionary<string, ProcessNode> ProcessNodes { get; init; }

    /// <summary>Electricity and write-off.</summary>
    public required Economics Economics { get; init; }

    /// <summary>How tokens choose experts.</summary>
    public required Routing Routing { get; init; }

    /// <summary>What lint takes for plausible.</summary>
    public IReadOnlyList<PlausibleRange> Plausible { get; init; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="ConfigException">It is wrong.</exception>
    public static Estimators Read(string text, string file) => RecordBinder.Bind<Estimators>(
        SourcedTree.Read(text, file), new FactBinder());
}

/// <summary>
/// The range that a field, or a quotient of fields, has in real devices. Tighter than a decade, so
/// that a slip of ten shows.
/// </summary>
public sealed record PlausibleRange
{
    /// <summary>
    /// A path, or several joined by " / ": <c>price.purchase / memory.main.bandwidth</c>. <c>*</c>
    /// stands for any name; <c>memory.main</c> for the level with that role; <c>pools.*</c> for
    /// each pool of a cluster in turn.
    /// </summary>
    public required string Field { get; init; }

    /// <summary>Only for devices of this class.</summary>
    public DeviceClass? Class { get; init; }

    /// <summary>Only where the main memory is one of these.</summary>
    public IReadOnlyList<string> Technology { get; init; } = [];

    /// <summary>Only where a cluster's network is one of these.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>Only on one of these process nodes.</summary>
    public IReadOnlyList<Nanometres> Process { get; init; } = [];

    /// <summary>The least amount, such as <c>1 GHz</c> or <c>1.3 USD / 1 GB/s</c>.</summary>
    public required string Min { get; init; }

    /// <summary>The greatest amount.</summary>
    public required string Max { get; init; }
}

/// <summary>A typical device of a class.</summary>
public sealed record ClassEstimate
{
    /// <summary>Time from one kernel to the next.</summary>
    public required Fact<Seconds> KernelLaunch { get; init; }

    /// <summary>
    /// Time to synchronise devices around a collective, beyond the link's latency.
    /// </summary>
    public required Fact<Seconds> Synchronisation { get; init; }

    /// <summary>Host time per step.</summary>
    public required Fact<Seconds> HostPerStep { get; init; }

    /// <summary>Memory taken by driver and runtime; this or the share must be given.</summary>
    [Limits(AtLeast = 0)]
    public Fact<Bytes>? RuntimeReserve { get; init; }

    /// <summary>The same as a share of the main memory.</summary>
    [Limits(AtLeast = 0, AtMost = 1)]
    public Fact<Ratio>? RuntimeReserveShare { get; init; }

    /// <summary>Idle power over TDP.</summary>
    [Limits(MoreThan = 0, AtMost = 1)]
    public required Fact<Ratio> IdleShareOfTdp { get; init; }

    /// <summary>
    /// Power beyond idling while kernels run, over TDP; none where energies hold all of it.
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 1)]
    public Fact<Ratio>? ActiveShareOfTdp { get; init; }

    /// <summary>Process node where the file states none.</summary>
    public required Fact<Nanometres> Process { get; init; }

    /// <summary>
    /// Energy of the matrix units over the process node's, which is that of GPUs. An edge device
    /// has none of its own: it takes those of its engines' classes.
    /// </summary>
    [Limits(MoreThan = 0)]
    public Fact<Ratio>? MatrixEnergyFactor { get; init; }

    /// <summary>Energy of the vector units over the process node's.</summary>
    [Limits(MoreThan = 0)]
    public Fact<Ratio>? VectorEnergyFactor { get; init; }

    /// <summary>Purchase price of one watt of TDP, where the file states no price.</summary>
    public required Fact<Usd> PurchasePerWatt { get; init; }
}

/// <summary>A kind of memory.</summary>
public sealed record MemoryTechnology
{
    /// <summary>Time from request to first data.</summary>
    public required Fact<Seconds> Latency { get; init; }

    /// <summary>Energy of one byte.</summary>
    public required Fact<JoulesPerByte> Energy { get; init; }

    /// <summary>Slowest pin of the kind; null where pins are not a figure of it.</summary>
    public Fact<BytesPerSecond>? PinRateMin { get; init; }

    /// <summary>Fastest pin of the kind.</summary>
    public Fact<BytesPerSecond>? PinRateMax { get; init; }

    /// <summary>Least bandwidth of a whole device with it.</summary>
    public Fact<BytesPerSecond>? BandwidthMin { get; init; }

    /// <summary>Greatest bandwidth of a whole device with it.</summary>
    public Fact<BytesPerSecond>? BandwidthMax { get; init; }

    /// <summary>Least capacity of a whole device with it.</summary>
    public Fact<Bytes>? CapacityMin { get; init; }

    /// <summary>Greatest capacity of a whole device with it.</summary>
    public Fact<Bytes>? CapacityMax { get; init; }
}

/// <summary>A kind of link.</summary>
public sealed record LinkTechnology
{
    /// <summary>Time for an empty message.</summary>
    public required Fact<Seconds> Latency { get; init; }

    /// <summary>Energy of one byte.</summary>
    public required Fact<JoulesPerByte> Energy { get; init; }

    /// <summary>Least bandwidth of one device, per direction.</summary>
    public Fact<BytesPerSecond>? BandwidthMin { get; init; }

    /// <summary>Greatest bandwidth of one device, per direction.</summary>
    public Fact<BytesPerSecond>? BandwidthMax { get; init; }
}

/// <summary>What operations cost on a process node, register and cache traffic included.</summary>
public sealed record ProcessNode
{
    /// <summary>Energy of one operation of the matrix units, by format.</summary>
    public required IReadOnlyDictionary<NumberFormat, Fact<JoulesPerFlop>> MatrixEnergy
    {
        get;
        init;
    }

    /// <summary>Energy of one operation of the vector units.</summary>
    public required Fact<JoulesPerFlop> VectorEnergy { get; init; }
}

/// <summary>Load of experts where a scenario does not state it.</summary>
public sealed record Routing
{
    /// <summary>
    /// Exponent of the power law by which tokens prefer experts of a layer; 0 is even.
    /// </summary>
    [Limits(AtLeast = 0, AtMost = 4)]
    public required Fact<Ratio> Skew { get; init; }
}

/// <summary>Prices around the device.</summary>
public sealed record Economics
{
    /// <summary>Electricity.</summary>
    public required Fact<UsdPerKilowattHour> Electricity { get; init; }

    /// <summary>Facility power over device power (PUE).</summary>
    [Limits(AtLeast = 1)]
    public required Fact<Ratio> PowerUsageEffectiveness { get; init; }

    /// <summary>Time in which bought hardware is written off.</summary>
    [Limits(MoreThan = 0)]
    public required Fact<Seconds> Amortisation { get; init; }
}
