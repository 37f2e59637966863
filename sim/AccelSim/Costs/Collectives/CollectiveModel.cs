using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Costs.Collectives;

/// <summary>
/// Times of collectives by the α–β model: a start per message, bytes over bandwidth.
/// </summary>
/// <remarks>
/// Messages to different peers start together and share the bandwidth; all ranks start at once.
/// Fixed costs around a collective (launch, synchronisation) belong to the caller. Formulas:
/// <see cref="CollectiveCost.Formula"/>. Nothing is allocated.
/// </remarks>
public static class CollectiveModel
{
    /// <summary>The cost by the fastest algorithm that the topology allows.</summary>
    /// <param name="kind">What is exchanged.</param>
    /// <param name="message">S, as <see cref="CollectiveKind"/> says.</param>
    /// <param name="ranks">n, at least 1.</param>
    /// <param name="link">Over what.</param>
    /// <exception cref="ArgumentException">
    /// A bandwidth that is not positive, a negative latency, more ranks than the link joins.
    /// </exception>
    public static CollectiveCost Cost(
        CollectiveKind kind, Bytes message, int ranks, in LinkFigures link) =>
        Fastest(kind, message.Value, ranks, link);

    /// <summary>The cost by one algorithm; null where kind or topology do not allow it.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    public static CollectiveCost? CostBy(
        CollectiveAlgorithm algorithm, CollectiveKind kind, Bytes message, int ranks,
        in LinkFigures link)
    {
        link.Check(ranks);
        return By(algorithm, kind, message.Value, ranks, link);
    }

    /// <summary>The cost over two levels, such as nodes of accelerators.</summary>
    /// <param name="kind">What is exchanged.</param>
    /// <param name="message">S, as <see cref="CollectiveKind"/> says.</param>
    /// <param name="ranks">Ranks in each node.</param>
    /// <param name="inside">The link among them.</param>
    /// <param name="nodes">Nodes.</param>
    /// <param name="across">The link among nodes; its bandwidth is one accelerator's.</param>
    /// <remarks>
    /// Inside scatters what crosses, so that every accelerator's share of the network is used
    /// (as multi-level all-reduces of message-passing libraries do).
    /// </remarks>
    /// <exception cref="ArgumentException">As above.</exception>
    public static HierarchicalCost Cost(
        CollectiveKind kind, Bytes message, int ranks, in LinkFigures inside,
        int nodes, in LinkFigures across)
    {
        double size = message.Value;
        var part = size / ranks;
        var none = Fastest(kind, 0, 1, inside);
        if (nodes == 1) return new(Fastest(kind, size, ranks, inside), none, none, false);
        if (ranks == 1) return new(none, Fastest(kind, size, nodes, across), none, false);
        return kind switch
        {
            CollectiveKind.AllReduce => new(
                Fastest(CollectiveKind.ReduceScatter, size, ranks, inside),
                Fastest(CollectiveKind.AllReduce, part, nodes, across),
                Fastest(CollectiveKind.AllGather, size, ranks, inside),
                false),
            CollectiveKind.AllGather => new(
                none,
                Fastest(kind, part, nodes, across),
                Fastest(kind, size, ranks, inside),
                false),
            CollectiveKind.ReduceScatter => new(
                Fastest(kind, size, ranks, inside),
                Fastest(kind, part, nodes, across),
                none,
                false),
            // What stays in the node goes at the same time as what leaves it.
            CollectiveKind.AllToAll => new(
                Fastest(kind, size / nodes, ranks, inside),
                Fastest(kind, size, nodes, across),
                none,
                true),
            _ => new(none, Fastest(kind, size, nodes, across), none, false),
        };
    }

    private static CollectiveCost Fastest(
        CollectiveKind kind, double message, int ranks, in LinkFigures link)
    {
        link.Check(ranks);
        CollectiveCost? best = null;
        for (var a = CollectiveAlgorithm.None; a <= CollectiveAlgorithm.Routed; a++)
        {
            if (By(a, kind, message, ranks, link) is not { } cost) continue;
            if (best is null || cost.Time < best.Value.Time) best = cost;
        }
        return best!.Value;
    }

    private static CollectiveCost? By(
        CollectiveAlgorithm algorithm, CollectiveKind kind, double s, int n, in LinkFigures link)
    {
        if ((n == 1) != (algorithm == CollectiveAlgorithm.None)) return null;
        var cost = new CollectiveCost
        {
            Kind = kind,
            Algorithm = algorithm,
            Message = s,
            Ranks = n,
            Link = link,
            Rate = link.Bandwidth,
        };
        if (n == 1) return cost;
        return Routes.IsGrid(link) ? OnGrid(cost) : OnFlat(cost);
    }

    /// <summary>Every rank reaches every other in one hop.</summary>
    private static CollectiveCost? OnFlat(in CollectiveCost cost)
    {
        double n = cost.Ranks;
        var reduces = cost.Kind == CollectiveKind.AllReduce;
        var rounds = reduces ? 2 : 1;
        var share = (n - 1) / n;
        var inNode = cost.Link.Role != LinkRole.ScaleOut;
        var mesh = cost.Link.Topology == Topology.FullMesh;
        return (cost.Algorithm, cost.Kind) switch
        {
            (CollectiveAlgorithm.Direct, CollectiveKind.SendReceive) => Flat(cost, 1, 1, 1),
            (CollectiveAlgorithm.Direct, CollectiveKind.AllToAll) => Flat(cost, 1, share, share),
            (_, CollectiveKind.SendReceive or CollectiveKind.AllToAll) => null,
            (CollectiveAlgorithm.Direct, _) when inNode =>
                Flat(cost, rounds, rounds * share, rounds * share),
            (CollectiveAlgorithm.OneShot, _) when inNode && reduces =>
                Flat(cost, 1, n - 1, n - 1),
            (CollectiveAlgorithm.InNetwork, _) when reduces && cost.Link.InNetworkReduction
                && cost.Link.Topology == Topology.Switch =>
                Flat(cost, 2, (n + 1) / n, (n + 1) / n),
            (CollectiveAlgorithm.Tree, _) when reduces && !mesh =>
                Flat(cost, 2 * Math.Ceiling(Math.Log2(n)), 2, 2 * share),
            (CollectiveAlgorithm.Ring, _) =>
                Flat(cost, rounds * (n - 1), rounds * share, rounds * share),
            _ => null,
        };
    }

    private static CollectiveCost Flat(
        in CollectiveCost cost, double steps, double load, double sent)
    {
        var wires = cost.Kind == CollectiveKind.SendReceive ? 1 : cost.Ranks - 1;
        var medium = cost.Kind == CollectiveKind.SendReceive ? 1 : cost.Ranks;
        return cost with
        {
            Steps = steps,
            Sent = sent,
            // On a bus, what all ranks send follows one another.
            Load = cost.Link.Topology == Topology.Bus ? medium * sent : load,
            Rate = cost.Link.Topology == Topology.FullMesh
                ? cost.Link.Bandwidth * ((double)wires / (cost.Link.Ends - 1))
                : cost.Link.Bandwidth,
        };
    }

    /// <summary>Only neighbours are joined.</summary>
    private static CollectiveCost? OnGrid(in CollectiveCost cost)
    {
        var routes = Routes.Of(cost.Ranks, cost.Link);
        var share = (cost.Ranks - 1.0) / cost.Ranks;
        var rounds = cost.Kind == CollectiveKind.AllReduce ? 2 : 1;
        return (cost.Algorithm, cost.Kind) switch
        {
            (CollectiveAlgorithm.Direct, CollectiveKind.SendReceive) => cost with
            {
                Steps = 1,
                Load = 1,
                Sent = 1,
                Rate = cost.Link.Bandwidth * routes.WireShare,
            },
            (CollectiveAlgorithm.Routed, CollectiveKind.AllToAll) => cost with
            {
                Steps = routes.Diameter,
                Load = routes.AllToAllLoad,
                Sent = routes.AllToAllHops,
            },
            (_, CollectiveKind.SendReceive or CollectiveKind.AllToAll) => null,
            (CollectiveAlgorithm.Ring, _) => cost with
            {
                Steps = rounds * routes.RingSteps,
                Load = rounds * share,
                Sent = rounds * share,
                Rate = cost.Link.Bandwidth * routes.RingShare,
            },
            _ => null,
        };
    }
}
