using AccelSim.Costs.Collectives;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Costs;

/// <summary>Prices the collectives of one group of ranks over its wires.</summary>
/// <param name="link">The wires.</param>
/// <param name="resource">Their index among the cost model's resources.</param>
/// <param name="across">The index of the network between nodes; the same where none is.</param>
internal sealed class GroupCost(GroupLink link, int resource, int across)
{
    private readonly LinkFigures _inside = Figures(link);
    private readonly LinkFigures _across = link.Across is { } net ? Figures(net) : default;

    /// <summary>Adds the time of one collective, and what one rank puts into the wires.</summary>
    public void Price(in Operator @operator, ref OperatorCost price)
    {
        var kind = @operator.Kind.Collective()!.Value;
        var message = @operator.MessageBytes;
        var (inside, nodes) = Split(@operator.Ranks);
        if (nodes == 1)
        {
            var flat = CollectiveModel.Cost(kind, message, inside, _inside);
            price.Busy[resource] = flat.Time.Value;
            price.Energy[resource] = flat.LinkBytes.Value * link.Energy.Value.Value;
            return;
        }
        var cost = CollectiveModel.Cost(kind, message, inside, _inside, nodes, _across);
        var near = (cost.Before.Time + cost.After.Time).Value;
        var far = cost.Across.Time.Value;
        // At the same time: the slower one is what everybody waits for.
        if (cost.Overlapping) (near, far) = near > far ? (near, 0.0) : (0.0, far);
        price.Busy[resource] += near;
        price.Busy[across] += far;
        price.Energy[resource] += (cost.Before.LinkBytes.Value + cost.After.LinkBytes.Value)
            * link.Energy.Value.Value;
        price.Energy[across] += cost.Across.LinkBytes.Value * link.Across!.Energy.Value.Value;
    }

    /// <summary>Formula and values of one collective.</summary>
    public (string Formula, string Values) Explain(in Operator @operator)
    {
        var kind = @operator.Kind.Collective()!.Value;
        var (inside, nodes) = Split(@operator.Ranks);
        return nodes == 1
            ? (kind.Text(),
                CollectiveModel.Cost(kind, @operator.MessageBytes, inside, _inside).Formula)
            : (kind.Text() + " over nodes",
                CollectiveModel.Cost(
                    kind, @operator.MessageBytes, inside, _inside, nodes, _across).Formula);
    }

    /// <summary>Ranks in one node and nodes; a pair of stages in two nodes crosses.</summary>
    private (int Inside, int Nodes) Split(int ranks) =>
        link.Across is null || ranks <= link.RanksInside
            ? (ranks, 1)
            : (link.RanksInside, (ranks + link.RanksInside - 1) / link.RanksInside);

    private static LinkFigures Figures(GroupLink link) => new(
        link.Bandwidth.Value, link.Latency.Value, link.Topology, link.Ends, link.Role,
        link.InNetworkReduction);
}
