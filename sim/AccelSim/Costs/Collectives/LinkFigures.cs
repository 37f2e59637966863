using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Collectives;

/// <summary>What a collective needs to know about a link.</summary>
/// <param name="Bandwidth">
/// B: of one accelerator, per direction, over all its wires; positive.
/// </param>
/// <param name="Latency">α: of an empty message to a neighbour.</param>
/// <param name="Topology">How the ends are joined.</param>
/// <param name="Ends">
/// Accelerators that are joined. A group that is smaller leaves wires unused: two of eight in a
/// full mesh have one wire in seven between them.
/// </param>
/// <param name="Role">
/// In a node, ranks read and write each other's memory, so that reductions may go direct; over the
/// network, libraries send messages along trees and rings.
/// </param>
/// <param name="InNetworkReduction">Whether the switch can add up.</param>
public readonly record struct LinkFigures(
    BytesPerSecond Bandwidth,
    Seconds Latency,
    Topology Topology,
    int Ends,
    LinkRole Role = LinkRole.ScaleUp,
    bool InNetworkReduction = false)
{
    /// <summary>The figures of a link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="latency">Its latency, completed where the file is silent.</param>
    /// <param name="ends">Accelerators that it joins: those of a node, or nodes.</param>
    public static LinkFigures Of(Link link, Seconds latency, int ends)
    {
        ArgumentNullException.ThrowIfNull(link);
        return new LinkFigures(
            link.Bandwidth.Value, latency, link.Topology, ends, link.Role, link.InNetworkReduction);
    }

    internal void Check(int ranks)
    {
        if (!(Bandwidth.Value > 0))
        {
            throw new ArgumentException($"Bandwidth {Bandwidth} of a link.");
        }
        if (!(Latency.Value >= 0)) throw new ArgumentException($"Latency {Latency} of a link.");
        if (ranks < 1) throw new ArgumentException($"{ranks} ranks in a collective.");
        if (ranks > Ends)
        {
            throw new ArgumentException($"{ranks} ranks on a link that joins {Ends}.");
        }
    }
}
