using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>An accelerator with every gap filled: what cost models ask.</summary>
/// <remarks>
/// A figure that the file does not state comes from <c>hwconfigs/estimators.json</c>, tagged
/// <see cref="Provenance.Assumed"/> with the estimator's formula as its reference.
/// </remarks>
public sealed partial class Device
{
    /// <summary>The facts as the file states them.</summary>
    public Accelerator Spec { get; }

    /// <summary>The name of the main memory level, such as <c>hbm</c>.</summary>
    public string MainMemory { get; }

    /// <summary>Capacity of the main memory of one accelerator.</summary>
    public Fact<Bytes> Capacity { get; }

    /// <summary>Bandwidth by memory level name, of the whole device (units added up).</summary>
    /// <remarks>
    /// A cache or scratchpad whose file states no bandwidth is left out: nothing is invented for
    /// it.
    /// Main memory is always there, from bus width × pin rate where no bandwidth is stated.
    /// </remarks>
    public IReadOnlyDictionary<string, Fact<BytesPerSecond>> Bandwidth { get; }

    /// <summary>From a request to main memory to its first data.</summary>
    /// <remarks>Null where the file states none and its technology is unknown.</remarks>
    public Fact<Seconds>? MemoryLatency { get; }

    /// <summary>Time from one kernel to the next.</summary>
    public Fact<Seconds> KernelLaunch { get; }

    /// <summary>Time to synchronise devices around a collective.</summary>
    public Fact<Seconds> Synchronisation { get; }

    /// <summary>Host time per step.</summary>
    public Fact<Seconds> HostPerStep { get; }

    /// <summary>Memory taken by driver, runtime and communication buffers.</summary>
    public Fact<Bytes> RuntimeReserve { get; }

    /// <summary>Sustained power limit.</summary>
    public Fact<Watts> Tdp => Spec.Power.Tdp;

    /// <summary>
    /// The accelerator as it runs for a short time, with the power limit of a burst.
    /// </summary>
    /// <returns>Null where the file states no burst above the TDP, or no time for it.</returns>
    public Device? AtBurst() =>
        Spec.Power is { Burst: { } burst, BurstTime: not null } power
            && burst.Value.Value > Tdp.Value.Value
            ? new(Spec with { Power = power with { Tdp = burst, Idle = Idle } }, _estimators)
            : null;

    /// <summary>Idle power.</summary>
    public Fact<Watts> Idle { get; }

    /// <summary>Power beyond idling while kernels run; null where energies hold it.</summary>
    public Fact<Watts>? Active { get; }

    /// <summary>Energy of one vector operation.</summary>
    public Fact<JoulesPerFlop> VectorEnergy { get; }

    /// <summary>Energy of one byte by memory level name.</summary>
    public IReadOnlyDictionary<string, Fact<JoulesPerByte>> MemoryEnergy { get; }

    /// <summary>Energy of one byte by link name.</summary>
    public IReadOnlyDictionary<string, Fact<JoulesPerByte>> LinkEnergy { get; }

    /// <summary>Latency by link name.</summary>
    public IReadOnlyDictionary<string, Fact<Seconds>> LinkLatency { get; }

    /// <summary>What an hour of one accelerator costs, without electricity unless rented.</summary>
    public Fact<UsdPerHour> PricePerHour { get; }

    /// <summary>Whether the hourly price includes electricity (rented) or not (bought).</summary>
    public bool PriceIncludesElectricity { get; }

    /// <summary>Electricity price, for bought hardware.</summary>
    public Fact<UsdPerKilowattHour> Electricity { get; }

    /// <summary>Facility power over device power (PUE).</summary>
    public Fact<Ratio> PowerUsageEffectiveness { get; }

    /// <summary>
    /// The matrix engine's dense rate in a format; null where the device cannot compute in it.
    /// </summary>
    public Rate? MatrixRate(NumberFormat format) => Spec.Fabric.MatrixRate(format);

    /// <summary>The vector engine's rate in a format; null where it cannot compute in it.</summary>
    public Rate? VectorRate(NumberFormat format) => Spec.Fabric.VectorRate(format);
}
