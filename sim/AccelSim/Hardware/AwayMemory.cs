using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Where weights and KV blocks go that main memory has no room for.</summary>
public enum AwayPlace
{
    /// <summary>The host's memory, over the link with the role <c>host</c>.</summary>
    Host,
    /// <summary>The device's own memory level with the role <c>offload</c>.</summary>
    Flash,
}

/// <summary>The way to slower and larger memory.</summary>
/// <param name="Name">The link or memory level, as the file names it.</param>
/// <param name="Place">What lies there.</param>
/// <param name="Path">Its place in the file, such as <c>links.pcie</c>.</param>
/// <param name="Bandwidth">Of one accelerator, per direction.</param>
/// <param name="Latency">Until the first byte.</param>
/// <param name="Energy">Of one byte.</param>
/// <param name="Capacity">What fits; null where the host decides.</param>
public sealed record AwayMemory(
    string Name, AwayPlace Place, string Path, Fact<BytesPerSecond> Bandwidth,
    Fact<Seconds> Latency, Fact<JoulesPerByte> Energy, Fact<Bytes>? Capacity)
{
    /// <summary>The way to a place; null where the device's file states none.</summary>
    public static AwayMemory? Of(Device device, AwayPlace place)
    {
        ArgumentNullException.ThrowIfNull(device);
        return place == AwayPlace.Host ? OfHost(device) : OfFlash(device);
    }

    private static AwayMemory? OfHost(Device device)
    {
        foreach (var (name, link) in device.Spec.Links)
        {
            if (link.Role != LinkRole.Host) continue;
            return new AwayMemory(
                name, AwayPlace.Host, "links." + name, link.Bandwidth, device.LinkLatency[name],
                device.LinkEnergy[name], null);
        }
        return null;
    }

    private static AwayMemory? OfFlash(Device device)
    {
        foreach (var (name, level) in device.Spec.Memory)
        {
            if (level.Role != MemoryRole.Offload) continue;
            if (!device.Bandwidth.TryGetValue(name, out var bandwidth)) continue;
            if (device.LatencyOf(level) is not { } latency) continue;
            return new AwayMemory(
                name, AwayPlace.Flash, "memory." + name, bandwidth, latency,
                device.MemoryEnergy[name], level.Capacity);
        }
        return null;
    }
}
