using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Serving;

/// <summary>Where a replica stands: its accelerators, nodes and wires.</summary>
internal sealed class Site
{
    private readonly Link? _inside;
    private readonly string _insideName;
    private readonly Link? _network;
    private readonly NodeHost _host;
    private readonly int _perNode;
    private readonly bool _isStated;

    private Site(
        Accelerator accelerator, string insideName, Link? inside, Link? network, NodeHost host,
        int perNode, bool isStated)
    {
        _isStated = isStated;
        Accelerator = accelerator;
        _insideName = insideName;
        _inside = inside;
        _network = network;
        _host = host;
        _perNode = perNode;
    }

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Finds the place of a replica.</summary>
    /// <exception cref="ConfigException">No such pool, no wires.</exception>
    /// <exception cref="InfeasiblePlanException">Too few accelerators.</exception>
    public static Site Of(HardwareDocument hardware, ReplicaSpec spec, ParallelismPlan plan)
    {
        var engines = plan.Accelerators == spec.Tp * spec.Pp * spec.Dp ? 1 : spec.Dp;
        var each = (long)plan.Accelerators * engines;
        var needed = each * spec.Count;
        if (!hardware.IsCluster)
        {
            // An accelerator on its own: as many as the plan needs, in one node.
            var accelerator = hardware.Accelerator;
            RefusePool(hardware, spec);
            var (name, link) = OwnLink(accelerator);
            RequireLink(hardware, plan, link);
            return new Site(
                accelerator, name, link, null, new NodeHost(), (int)Math.Min(needed, 1 << 20),
                false);
        }
        var cluster = hardware.Cluster;
        var pool = PoolOf(hardware, cluster, spec);
        var there = pool.PerNode.Value.Value * pool.Nodes.Value.Value;
        if (needed > there)
        {
            throw new InfeasiblePlanException(
                $"{hardware.File}: {spec.Count} replica{(spec.Count == 1 ? "" : "s")} of "
                + $"{each} accelerator{(each == 1 ? "" : "s")} need{(spec.Count == 1 ? "s" : "")} "
                + $"{needed}; the pool has {there}.");
        }
        var (ownName, ownLink) = OwnLink(pool.Accelerator);
        var inside = pool.ScaleUp ?? ownLink;
        RequireLink(hardware, plan, inside);
        var perNode = (int)pool.PerNode.Value.Value;
        if (plan.Accelerators > perNode && cluster.Network is null)
        {
            throw new ConfigException(hardware.File, 0, "$.network",
                $"a replica of {plan.Accelerators} accelerators spans nodes of {perNode}, but the "
                + "file states no network between nodes.");
        }
        return new Site(
            pool.Accelerator, pool.ScaleUp is null ? ownName : "scale-up", inside, cluster.Network,
            cluster.Host, perNode, true);
    }

    /// <summary>The wires of each group of ranks.</summary>
    public IReadOnlyDictionary<CommunicationGroup, GroupLink> Links(
        Device device, ParallelismPlan plan)
    {
        var links = new Dictionary<CommunicationGroup, GroupLink>();
        if (plan.Accelerators == 1 || _inside is null) return links;
        var inNode = Math.Min(_perNode, plan.Accelerators);
        if (plan.TensorParallel > 1)
            links[CommunicationGroup.Tensor] = Wires(device, "tp", plan.TensorParallel, _perNode);
        if (plan.ExpertParallel > 1)
        {
            // Ranks of all engines meet at the experts.
            var ranks = Math.Max(plan.ExpertParallel, plan.TensorParallel * plan.DataParallel);
            links[CommunicationGroup.Expert] = Wires(device, "ep", ranks, _perNode);
        }
        else if (plan.DataParallel > 1)
        {
            // One rank of each engine: they stand as far apart as an engine has ranks.
            links[CommunicationGroup.Expert] = Wires(
                device, "dp", plan.DataParallel, Math.Max(1, _perNode / plan.TensorParallel));
        }
        if (plan.PipelineParallel > 1)
        {
            // Stages that do not all fit a node talk over the network, at the slowest crossing.
            var crosses = plan.Accelerators > _perNode;
            links[CommunicationGroup.Pipeline] = crosses
                ? Network(device)
                : Wires(device, "pp", 2, inNode);
        }
        return links;
    }

    /// <summary>What was assumed about the place; null where a cluster file states it.</summary>
    public string? Assumption(ReplicaSpec spec) =>
        _isStated || _perNode == 1 || _inside is null
            ? null
            : $"{Accelerator.Id} is one accelerator: all {_perNode} of "
                + $"{(spec.Count == 1 ? "the replica" : $"{spec.Count} replicas")} are assumed to "
                + $"stand in one node, joined by {_insideName} ({_inside.Bandwidth.Value} per "
                + "direction); a cluster file states what really is.";

    /// <summary>The share of nodes that a replica takes.</summary>
    public NodeShare Share(ParallelismPlan plan) => new(
        _host,
        (double)plan.Accelerators / _perNode,
        _perNode,
        _inside?.Topology == Topology.Bus && _inside.Role != LinkRole.ScaleOut ? _insideName : null,
        _inside?.Bandwidth.Value ?? default);

    /// <summary>The wires of so many ranks, of which a node holds some.</summary>
    private GroupLink Wires(Device device, string degree, int ranks, int mostInside)
    {
        var inside = Math.Min(ranks, mostInside);
        if (ranks % inside != 0)
        {
            throw new ConfigException("", 0, "--" + degree,
                $"{ranks} ranks do not divide evenly over nodes that hold {inside} of them; "
                + $"choose a multiple of {inside}.");
        }
        var energy = device.LinkEnergy.TryGetValue(_insideName, out var own)
            ? own
            : device.EnergyOf(_inside!);
        return new(
            _insideName, _inside!.Bandwidth, device.LatencyOf(_inside), _inside.Topology,
            _inside.InNetworkReduction, energy, _inside.Role, Math.Max(_perNode, ranks), inside,
            ranks > inside ? Network(device) : null);
    }

    private GroupLink Network(Device device) => new(
        "network", _network!.Bandwidth, device.LatencyOf(_network), _network.Topology,
        _network.InNetworkReduction, device.EnergyOf(_network), LinkRole.ScaleOut, 1 << 20, 2);

    private static (string Name, Link? Link) OwnLink(Accelerator accelerator)
    {
        foreach (var role in new[] { LinkRole.ScaleUp, LinkRole.Host })
        {
            foreach (var (name, link) in accelerator.Links)
            {
                if (link.Role == role) return (name, link);
            }
        }
        return ("", null);
    }

    private static void RequireLink(HardwareDocument hardware, ParallelismPlan plan, Link? link)
    {
        if (plan.Accelerators == 1 || link is not null) return;
        throw new ConfigException(hardware.File, 0, "$.links",
            $"the plan needs {plan.Accelerators} accelerators, but the file states no link to "
            + "join them; add one with the role \"scaleUp\".");
    }

    private static void RefusePool(HardwareDocument hardware, ReplicaSpec spec)
    {
        if (spec.Pool is null) return;
        throw new ConfigException(hardware.File, 0, "",
            $"is an accelerator and has no pools; leave out the pool \"{spec.Pool}\".");
    }

    private static Pool PoolOf(HardwareDocument hardware, Cluster cluster, ReplicaSpec spec)
    {
        if (spec.Pool is null && cluster.Pools.Count == 1) return cluster.Pools.Values.Single();
        var names = string.Join(", ", cluster.Pools.Keys.Order(StringComparer.Ordinal));
        if (spec.Pool is null)
        {
            throw new ConfigException(hardware.File, 0, "$.pools",
                $"has several pools; say which one serves: {names}.");
        }
        return cluster.Pools.TryGetValue(spec.Pool, out var pool)
            ? pool
            : throw new ConfigException(hardware.File, 0, "$.pools",
                $"there is no pool \"{spec.Pool}\"; there are {names}.");
    }
}
