using AccelSim.Configuration;

namespace AccelSim.Hardware;

/// <summary>Reads a cluster and checks what no single field can tell.</summary>
internal sealed class ClusterBinder : IValueBinder
{
    /// <inheritdoc/>
    public bool Handles(Type type) => type == typeof(Cluster);

    /// <inheritdoc/>
    public string Expectation(Type type) => "an object {…}";

    /// <inheritdoc/>
    public object? Bind(BindingTarget target, BindingSession session)
    {
        var node = target.Node;
        if (session.BindRecord(typeof(Cluster), node) is not Cluster cluster) return null;
        if (cluster.Pools.Count == 0)
            session.Fail(node.Find("pools")!, "is empty; a cluster has at least one pool.");
        foreach (var (name, pool) in cluster.Pools)
        {
            CheckRole(pool.ScaleUp, LinkRole.ScaleUp, node.Find("pools", name, "scaleUp"), session);
            if (pool.PerNode.Value.Value > 1 && pool.ScaleUp is null
                && pool.Accelerator.Links.Count == 0)
            {
                session.Fail(node.Find("pools", name)!,
                    "lacks \"scaleUp\": the accelerator has no link of its own to take.");
            }
        }
        CheckRole(cluster.Network, LinkRole.ScaleOut, node.Find("network"), session);
        var nodes = cluster.Pools.Values.Sum(pool => (double)pool.Nodes.Value.Value);
        if (nodes > 1 && cluster.Network is null)
        {
            session.Fail(node,
                $"lacks \"network\": its {nodes} nodes need one; give a link with the role "
                    + "scaleOut.");
        }
        return cluster;
    }

    private static void CheckRole(
        Link? link, LinkRole role, ConfigNode? node, BindingSession session)
    {
        if (link is null || link.Role == role) return;
        session.Fail(node!.Find("role")!,
            $"must be \"{JsonNames.Of(role.ToString())}\" here, "
                + $"but is \"{JsonNames.Of(link.Role.ToString())}\".");
    }
}
