using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

// How gaps are filled.
public sealed partial class Device
{
    private readonly Estimators _estimators;
    private readonly Dictionary<NumberFormat, Fact<JoulesPerFlop>> _matrixEnergy;

    private Device(Accelerator spec, Estimators estimators)
    {
        _estimators = estimators;
        Spec = spec;
        var (name, main) = spec.Memory.First(level => level.Value.Role == MemoryRole.Main);
        var typical = estimators.Classes.TryGetValue(spec.Class, out var found)
            ? found
            : throw Lacking($"classes.{JsonNames.Of(spec.Class.ToString())}");
        MainMemory = name;
        Capacity = main.Capacity;
        Bandwidth = spec.Memory
            .Select(level => (level.Key, Value: BandwidthOf(level.Value)))
            .Where(level => level.Value is not null)
            .ToDictionary(level => level.Key, level => level.Value!.Value);
        KernelLaunch = spec.Overheads.KernelLaunch ?? Estimated(typical.KernelLaunch);
        Synchronisation = spec.Overheads.Synchronisation ?? Estimated(typical.Synchronisation);
        HostPerStep = spec.Overheads.HostPerStep ?? Estimated(typical.HostPerStep);
        RuntimeReserve = spec.Overheads.RuntimeReserve ?? Reserve(typical);
        Idle = spec.Power.Idle ?? Computed(
            typical.IdleShareOfTdp.Value.Value * spec.Power.Tdp.Value,
            typical.IdleShareOfTdp.Source, "idleShareOfTdp × tdp");
        (NodeName, Node, NodeNote) = NearestNode(typical);
        _matrixEnergy = Enum.GetValues<NumberFormat>()
            .ToDictionary(format => format, FillMatrixEnergy);
        VectorEnergy = spec.Power.VectorEnergy ?? NodeVectorEnergy;
        MemoryEnergy = spec.Memory.ToDictionary(
            level => level.Key,
            level => spec.Power.MemoryEnergy.TryGetValue(level.Key, out var stated)
                ? stated
                : Estimated(MemoryKind(level.Key, level.Value).Energy));
        LinkEnergy = spec.Links.ToDictionary(
            link => link.Key,
            link => spec.Power.LinkEnergy.TryGetValue(link.Key, out var stated)
                ? stated
                : EnergyOf(link.Value));
        LinkLatency = spec.Links.ToDictionary(link => link.Key, link => LatencyOf(link.Value));
        PriceIncludesElectricity = spec.Price.PerHour is not null;
        PricePerHour = spec.Price.PerHour ?? WrittenOff(typical);
        Electricity = estimators.Economics.Electricity;
        PowerUsageEffectiveness = estimators.Economics.PowerUsageEffectiveness;
    }

    private string NodeName { get; }

    private ProcessNode Node { get; }

    private string NodeNote { get; }

    /// <summary>Completes an accelerator.</summary>
    /// <exception cref="ConfigException">
    /// A gap cannot be filled, such as the energy of a memory technology that nobody knows.
    /// </exception>
    public static Device From(Accelerator accelerator, Estimators estimators)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(estimators);
        return new(accelerator, estimators);
    }

    /// <summary>Energy of one operation of the matrix units.</summary>
    /// <remarks>
    /// Stated for the format; else the stated format nearest in width, scaled as the process node's
    /// energies are; else the process node's (the nearest node's where the very one is unknown).
    /// </remarks>
    public Fact<JoulesPerFlop> MatrixEnergy(NumberFormat format) => _matrixEnergy[format];

    private Fact<JoulesPerFlop> FillMatrixEnergy(NumberFormat format)
    {
        if (Spec.Power.MatrixEnergy.TryGetValue(format, out var stated)) return stated;
        var typical = NodeMatrixEnergy(format);
        if (Spec.Power.MatrixEnergy.Count == 0) return typical;
        var near = NearestFormat(Spec.Power.MatrixEnergy, format);
        var ratio = typical.Value / NodeMatrixEnergy(near.Format).Value;
        return Computed(
            ratio * near.Energy.Value, near.Energy.Source,
            $"matrixEnergy.{FormatNames.Of(near.Format)} × both formats' ratio at {NodeName}");
    }

    /// <summary>What the process node lets expect, whatever the file states.</summary>
    internal Fact<JoulesPerFlop> NodeMatrixEnergy(NumberFormat format)
    {
        var near = NearestFormat(Node.MatrixEnergy, format);
        return Estimated(near.Energy, NodeNote + FormatNote(near.Format, format));
    }

    /// <summary>What the process node lets expect, whatever the file states.</summary>
    internal Fact<JoulesPerFlop> NodeVectorEnergy => Estimated(Node.VectorEnergy, NodeNote);

    /// <summary>Latency of a link: stated, or typical of its technology.</summary>
    /// <remarks>
    /// For links that a cluster states: its network and its pools' scale-up links.
    /// </remarks>
    public Fact<Seconds> LatencyOf(Link link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.Latency ?? Estimated(LinkKind(link).Latency);
    }

    /// <summary>Energy of one byte on a link that a cluster states.</summary>
    public Fact<JoulesPerByte> EnergyOf(Link link) => Estimated(LinkKind(link).Energy);

    private Fact<BytesPerSecond>? BandwidthOf(MemoryLevel level)
    {
        var stated = level.Bandwidth;
        if (stated is null && level is { BusWidth: { } width, PinRate: { } rate })
        {
            // Bus width is in bytes here, so one "pin rate" moves eight bits per byte of it.
            var total = new BytesPerSecond(width.Value.Value * 8 * rate.Value.Value);
            stated = new(total, rate.Source with
            {
                Tag = Weaker(width.Source.Tag, rate.Source.Tag),
                Reference = "busWidth × pinRate; " + rate.Source.Reference,
                Text = $"{width.Source.Text} × {rate.Source.Text}",
            });
        }
        if (stated is not { } fact || level.Sharing == MemorySharing.Device) return stated;
        return new(Spec.Fabric.Units * fact.Value, fact.Source with
        {
            Text = $"{fact.Source.Text} × {Spec.Fabric.Units} units",
        });
    }

    private Fact<Bytes> Reserve(ClassEstimate typical)
    {
        if (typical.RuntimeReserve is { } fixedAmount) return Estimated(fixedAmount);
        var share = typical.RuntimeReserveShare ?? throw Lacking(
            $"classes.{JsonNames.Of(Spec.Class.ToString())}.runtimeReserve");
        return Computed(
            Bytes.FromBase(share.Value.Value * Capacity.Value.Value), share.Source,
            "runtimeReserveShare × capacity");
    }

    /// <summary>
    /// What an hour of something bought costs over the time it is written off in.
    /// </summary>
    public Fact<UsdPerHour> WriteOff(Fact<Usd> bought)
    {
        var life = _estimators.Economics.Amortisation;
        return Computed(
            new UsdPerHour(bought.Value.Value / (life.Value.Value / 3600)), bought.Source,
            $"purchase / amortisation ({life.Source.Text})");
    }

    private Fact<UsdPerHour> WrittenOff(ClassEstimate typical)
    {
        if (Spec.Price.Purchase is { } bought) return WriteOff(bought);
        var life = _estimators.Economics.Amortisation;
        var hours = life.Value.Value / 3600;
        var watts = Spec.Power.Tdp.Value.Value;
        return Computed(
            new UsdPerHour(typical.PurchasePerWatt.Value.Value * watts / hours),
            typical.PurchasePerWatt.Source,
            $"purchasePerWatt × tdp / amortisation ({life.Source.Text})");
    }

    private (string Name, ProcessNode Node, string Note) NearestNode(ClassEstimate typical)
    {
        var process = Spec.Die.Process ?? typical.Process;
        var (name, node) = _estimators.ProcessNodes
            .OrderBy(pair => Math.Abs(Math.Log(
                Quantity.Parse<Nanometres>(pair.Key).Value / process.Value.Value)))
            .ThenBy(pair => Quantity.Parse<Nanometres>(pair.Key).Value)
            .First();
        var note = Spec.Die.Process is null ? $" at {name}, typical of the class" : $" at {name}";
        var isExact = Quantity.Parse<Nanometres>(name) == process.Value;
        return (name, node, isExact ? note : $"{note}, the node nearest to {process.Source.Text}");
    }

    private MemoryTechnology MemoryKind(string name, MemoryLevel level) =>
        _estimators.MemoryTechnologies.TryGetValue(level.Technology, out var kind)
            ? kind
            : throw new ConfigException(
                level.Capacity.Source.File, level.Capacity.Source.Line,
                Owner(level.Capacity.Source.Path) + ".technology",
                $"\"{level.Technology}\" is no known memory technology, so its energy must be "
                    + $"stated as power.memoryEnergy.{name}; "
                    + NearestName.Hint(
                        level.Technology, [.. _estimators.MemoryTechnologies.Keys]));

    private LinkTechnology LinkKind(Link link) =>
        _estimators.LinkTechnologies.TryGetValue(link.Technology, out var kind)
            ? kind
            : throw new ConfigException(
                link.Bandwidth.Source.File, link.Bandwidth.Source.Line,
                Owner(link.Bandwidth.Source.Path) + ".technology",
                $"\"{link.Technology}\" is no known link technology; state \"latency\" and "
                    + "power.linkEnergy beside it; "
                    + NearestName.Hint(link.Technology, [.. _estimators.LinkTechnologies.Keys]));

    private static (NumberFormat Format, Fact<JoulesPerFlop> Energy) NearestFormat(
        IReadOnlyDictionary<NumberFormat, Fact<JoulesPerFlop>> energies, NumberFormat format)
    {
        var bits = FormatNames.Bits(format);
        var (nearest, energy) = energies
            .OrderBy(pair => pair.Key == format ? 0 : 1)
            .ThenBy(pair => Math.Abs(Math.Log2((double)FormatNames.Bits(pair.Key) / bits)))
            .ThenByDescending(pair => FormatNames.Bits(pair.Key))
            .ThenBy(pair => pair.Key)
            .First();
        return (nearest, energy);
    }

    private static string FormatNote(NumberFormat taken, NumberFormat wanted) => taken == wanted
        ? ""
        : $", {FormatNames.Of(taken)} standing for {FormatNames.Of(wanted)}";

    private static Fact<T> Estimated<T>(Fact<T> typical, string note = "")
        where T : struct, IQuantity<T> =>
        new(typical.Value, typical.Source with
        {
            Tag = Provenance.Assumed,
            Reference = $"estimator: {typical.Source.Path[2..]}{note}; {typical.Source.Reference}",
        });

    private static Fact<T> Computed<T>(T value, FactSource basis, string formula)
        where T : struct, IQuantity<T> =>
        new(value, basis with
        {
            Tag = Provenance.Assumed,
            Reference = $"estimator: {formula}; {basis.Reference}",
            Text = Quantity.Format(value),
        });

    private static Provenance Weaker(Provenance left, Provenance right) =>
        left > right ? left : right;

    private static string Owner(string path) => path[..path.LastIndexOf('.')];

    private static ConfigException Lacking(string path) =>
        new(Catalog.EstimatorFile, 0, "$." + path, "is missing; every class needs it.");
}
