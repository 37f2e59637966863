using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>The wires that a group of ranks talks over.</summary>
/// <param name="Name">The link's name in the hardware file.</param>
/// <param name="Bandwidth">Of one rank, per direction.</param>
/// <param name="Latency">Of an empty message.</param>
/// <param name="Topology">How the ranks are joined.</param>
/// <param name="InNetworkReduction">Whether the switch adds up.</param>
/// <param name="Energy">Of one byte.</param>
/// <param name="Role">In a node, to the host, or between nodes.</param>
/// <param name="Ends">Accelerators, or nodes, that it joins.</param>
/// <param name="RanksInside">Ranks joined by this link; the others are reached by Across.</param>
/// <param name="Across">The network between nodes; null where the group is in one node.</param>
public sealed record GroupLink(
    string Name,
    Fact<BytesPerSecond> Bandwidth,
    Fact<Seconds> Latency,
    Topology Topology,
    bool InNetworkReduction,
    Fact<JoulesPerByte> Energy,
    LinkRole Role,
    int Ends,
    int RanksInside,
    GroupLink? Across = null);
