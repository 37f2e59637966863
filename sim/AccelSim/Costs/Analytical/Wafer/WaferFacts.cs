using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>The mesh of a wafer, as plain numbers.</summary>
internal sealed class WaferFacts
{
    private readonly double[] _rates = new double[Enum.GetValues<NumberFormat>().Length];

    /// <summary>Takes them from a fabric and the device around it.</summary>
    public WaferFacts(WaferFabric fabric, Device device)
    {
        Rows = fabric.Rows.Value.Value;
        Columns = fabric.Columns.Value.Value;
        Clock = fabric.Clock.Value.Value;
        LinkRate = fabric.LinkWidth.Value.Value * Clock;
        HopSeconds = fabric.HopLatency.Value.Value;
        MemoryRate = device.Bandwidth[device.MainMemory].Value.Value / fabric.Units;
        MemoryBytes = (double)device.Capacity.Value.Value / fabric.Units;
        foreach (var (format, rate) in fabric.Core)
            _rates[(int)format] = rate.Value.Value * Clock;
        var outside = device.Spec.Links.Values.Select(link => link.Bandwidth.Value.Value);
        var offload = device.Spec.Memory
            .Where(level => level.Value.Role == MemoryRole.Offload)
            .Where(level => device.Bandwidth.ContainsKey(level.Key))
            .Select(level => device.Bandwidth[level.Key].Value.Value);
        OutsideRate = outside.Concat(offload).DefaultIfEmpty(0).Max();
    }

    /// <summary>Rows of cores.</summary>
    public double Rows { get; }

    /// <summary>Columns of cores.</summary>
    public double Columns { get; }

    /// <summary>Clock of the cores, in hertz.</summary>
    public double Clock { get; }

    /// <summary>Link between neighbours, in bytes per second.</summary>
    public double LinkRate { get; }

    /// <summary>Time to pass one core, in seconds.</summary>
    public double HopSeconds { get; }

    /// <summary>Memory of one core, in bytes per second.</summary>
    public double MemoryRate { get; }

    /// <summary>Memory of one core, in bytes.</summary>
    public double MemoryBytes { get; }

    /// <summary>The fastest way in from beyond the wafer, in bytes per second; 0: none.</summary>
    public double OutsideRate { get; }

    /// <summary>Operations of one core, per second.</summary>
    public double CoreRate(NumberFormat format) => _rates[(int)format];
}
