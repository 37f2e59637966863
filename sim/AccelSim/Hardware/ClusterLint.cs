namespace AccelSim.Hardware;

/// <summary>The checks of what a cluster adds to its accelerators.</summary>
internal static class ClusterLint
{
    public static IReadOnlyList<LintFinding> Run(
        HardwareDocument document, Estimators estimators)
    {
        var judge = new LintJudge(document.File);
        var cluster = document.Cluster;
        AcceleratorLint.CheckSources(
            document.Leaves.Where(leaf => leaf.File == document.File), judge);
        CheckTotal(cluster, judge);
        foreach (var pool in cluster.Pools.Values)
        {
            if (pool.ScaleUp is { } link) AcceleratorLint.CheckLink(link, estimators, judge);
        }
        if (cluster.Network is { } network) AcceleratorLint.CheckLink(network, estimators, judge);
        PlausibleLint.OfCluster(document, estimators, judge);
        return judge.Findings;
    }

    private static void CheckTotal(Cluster cluster, LintJudge judge)
    {
        if (cluster.Accelerators is not { } stated) return;
        Pool[] pools = [.. cluster.Pools.Values];
        var total = pools.Sum(pool => (double)pool.PerNode.Value.Value * pool.Nodes.Value.Value);
        if (total == stated.Value.Value) return;
        var sum = string.Join(" + ", pools.Select(
            pool => $"{pool.PerNode.Source.Text} × {pool.Nodes.Source.Text}"));
        judge.Error(stated.Source,
            $"states {stated.Source.Text}, but perNode × nodes of the pools is {sum} = {total}.",
            "Mend the one that is wrong.",
            pools.SelectMany(pool => new[] { pool.PerNode.Source, pool.Nodes.Source }));
    }
}
