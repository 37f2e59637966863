using AccelSim.Hardware;

namespace AccelSim.Costs.Analytical;

/// <summary>The wires of one group of ranks, in plain numbers.</summary>
/// <param name="Bandwidth">Of one rank, per direction, in bytes per second.</param>
/// <param name="Latency">Of an empty message, in seconds.</param>
/// <param name="SwitchReduces">Whether the switch adds up.</param>
/// <param name="IsNetwork">Whether it joins nodes.</param>
/// <param name="RanksInside">Ranks that it joins before the next level.</param>
/// <param name="Across">The network between nodes; null where the group is in one node.</param>
public sealed record MachineLink(
    double Bandwidth, double Latency, bool SwitchReduces, bool IsNetwork, int RanksInside,
    MachineLink? Across)
{
    /// <summary>Takes them from the wires of a deployment.</summary>
    public static MachineLink Of(GroupLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return new MachineLink(
            link.Bandwidth.Value.Value, link.Latency.Value.Value, link.InNetworkReduction,
            link.Role == LinkRole.ScaleOut, link.RanksInside,
            link.Across is { } across ? Of(across) : null);
    }
}
