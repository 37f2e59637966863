using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

// How gaps are filled, but for the energy of operations.
public sealed partial class Device
{
    private readonly Estimators _estimators;

    private Device(Accelerator spec, Estimators estimators)
    {
        _estimators = estimators;
        Spec = spec;
        var (name, main) = spec.Memory.First(level => level.Value.Role == MemoryRole.Main);
        var typical = Typical(spec.Class);
        MainMemory = name;
        Capacity = main.Capacity;
        Bandwidth = spec.Memory
            .Select(level => (level.Key, Value: BandwidthOf(level.Value)))
            .Where(level => level.Value is not null)
            .ToDictionary(level => level.Key, level => level.Value!.Value);
        MemoryLatency = LatencyOf(main);
        KernelLaunch = spec.Overheads.KernelLaunch ?? Estimated(typical.KernelLaunch);
        Synchronisation = spec.Overheads.Synchronisation ?? Estimated(typical.Synchronisation);
        HostPerStep = spec.Overheads.HostPerStep ?? Estimated(typical.HostPerStep);
        RuntimeReserve = spec.Overheads.RuntimeReserve ?? Reserve(typical);
        Idle = spec.Power.Idle ?? Computed(
            typical.IdleShareOfTdp.Value.Value * spec.Power.Tdp.Value,
            typical.IdleShareOfTdp.Source, "idleShareOfTdp × tdp");
        // Power at work that no single operation is to blame for.
        Active = spec.Power.Active ?? (typical.ActiveShareOfTdp is { } share
            ? Computed(share.Value.Value * spec.Power.Tdp.Value, share.Source,
                "activeShareOfTdp × tdp")
            : null);
        (NodeName, Node, NodeNote) = NearestNode(typical);
        VectorEnergy = spec.Power.VectorEnergy ?? NodeVectorEnergy();
        _matrixEnergy = Enum.GetValues<NumberFormat>()
            .ToDictionary(format => format, FillMatrixEnergy);
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

    /// <summary>Latency of a link: stated, or typical of its technology.</summary>
    /// <remarks>
    /// For links that a cluster states: its network and its pools' scale-up links.
    /// </remarks>
    public Fact<Seconds> LatencyOf(Link link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.Latency ?? Estimated(LinkKind(link).Latency);
    }

    /// <summary>
    /// Latency of a memory level: stated, or typical of its technology; null where that is unknown.
    /// </summary>
    public Fact<Seconds>? LatencyOf(MemoryLevel level)
    {
        ArgumentNullException.ThrowIfNull(level);
        return level.Latency
            ?? (_estimators.MemoryTechnologies.TryGetValue(level.Technology, out var kind)
                ? Estimated(kind.Latency)
                : null);
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
        var share = typical.RuntimeReserveShare
            ?? throw Lacking(ClassPath(Spec.Class) + ".runtimeReserve");
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

    private ClassEstimate Typical(DeviceClass one) =>
        _estimators.Classes.TryGetValue(one, out var found)
            ? found
            : throw Lacking(ClassPath(one));

    private static string ClassPath(DeviceClass one) =>
        $"classes.{JsonNames.Of(one.ToString())}";

    private static ConfigException Lacking(string path) =>
        new(Catalog.EstimatorFile, 0, "$." + path, "is missing; every class needs it.");
}
