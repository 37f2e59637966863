using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>One row of <c>list hardware</c>: the facts that decide.</summary>
/// <param name="Id">The name to choose it by.</param>
/// <param name="Name">The name a person would use.</param>
/// <param name="Kind">The device class, or <c>cluster</c>.</param>
/// <param name="Peak">
/// Fastest dense rate in the widest common 16- or 32-bit format; all together.
/// </param>
/// <param name="PeakFormat">That format, such as <c>bf16</c>.</param>
/// <param name="Memory">Capacity of the main memory; all accelerators together.</param>
/// <param name="MemoryKind">Its technology.</param>
/// <param name="Bandwidth">Its bandwidth; all accelerators together.</param>
/// <param name="ScaleUp">
/// Bandwidth of one accelerator to its neighbours; null without a link.
/// </param>
/// <param name="Tdp">Power limit; all accelerators together.</param>
/// <param name="PricePerHour">Price; all accelerators together.</param>
/// <param name="PriceTag">What the price rests on.</param>
/// <param name="Parts">What a cluster consists of, such as <c>8 × h100-sxm</c>; else empty.</param>
public sealed record HardwareSummary(
    string Id, string Name, string Kind, FlopsPerSecond Peak, string PeakFormat, Bytes Memory,
    string MemoryKind, BytesPerSecond Bandwidth, BytesPerSecond? ScaleUp, Watts Tdp,
    UsdPerHour PricePerHour, Provenance PriceTag, string Parts)
{
    private static readonly NumberFormat[] Common =
        [NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32];

    /// <summary>Sums up one file.</summary>
    /// <exception cref="ConfigException">The file is wrong.</exception>
    public static HardwareSummary Of(HardwareDocument document, Estimators estimators)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (!document.IsCluster) return Of(document.Accelerator, estimators);
        var cluster = document.Cluster;
        var pools = cluster.Pools.Values
            .Select(pool => (
                Pool: pool,
                Count: pool.PerNode.Value.Value * pool.Nodes.Value.Value,
                One: Of(pool.Accelerator, estimators)))
            .ToArray();
        return new(
            cluster.Id, cluster.Name, "cluster",
            new(pools.Sum(pool => pool.Count * pool.One.Peak.Value)),
            Joined(pools.Select(pool => pool.One.PeakFormat)),
            new(pools.Sum(pool => checked(pool.Count * pool.One.Memory.Value))),
            Joined(pools.Select(pool => pool.One.MemoryKind)),
            new(pools.Sum(pool => pool.Count * pool.One.Bandwidth.Value)),
            pools[0].Pool.ScaleUp?.Bandwidth.Value ?? pools[0].One.ScaleUp,
            new(pools.Sum(pool => pool.Count * pool.One.Tdp.Value)),
            new(pools.Sum(pool => pool.Count * pool.One.PricePerHour.Value)),
            pools.Max(pool => pool.One.PriceTag),
            string.Join(" + ", pools.Select(pool => $"{pool.Count} × {pool.One.Id}")));
    }

    private static HardwareSummary Of(Accelerator accelerator, Estimators estimators)
    {
        var device = Device.From(accelerator, estimators);
        var format = Common.First(one => device.MatrixRate(one) is not null);
        var links = accelerator.Links.Values;
        var scaleUp = links.FirstOrDefault(link => link.Role == LinkRole.ScaleUp)
            ?? links.FirstOrDefault(link => link.Role == LinkRole.Host);
        return new(
            accelerator.Id, accelerator.Name, JsonNames.Of(accelerator.Class.ToString()),
            device.MatrixRate(format)!.Value, FormatNames.Of(format), device.Capacity.Value,
            accelerator.Memory[device.MainMemory].Technology,
            device.Bandwidth[device.MainMemory].Value, scaleUp?.Bandwidth.Value,
            device.Tdp.Value, device.PricePerHour.Value, device.PricePerHour.Source.Tag, "");
    }

    private static string Joined(IEnumerable<string> names) => string.Join(", ", names.Distinct());
}
