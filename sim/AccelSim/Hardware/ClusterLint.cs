namespace AccelSim.Hardware;

/// <summary>The checks of what a cluster adds to its accelerators.</summary>
internal static class ClusterLint
{
    public static IReadOnlyList<LintFinding> Run(
        HardwareDocument document, Estimators estimators)
    {
        var judge = new LintJudge();
        var cluster = document.Cluster;
        AcceleratorLint.CheckSources(
            document.Leaves.Where(leaf => leaf.File == document.File), judge);
        foreach (var pool in cluster.Pools.Values)
        {
            if (pool.ScaleUp is { } link) AcceleratorLint.CheckLink(link, estimators, judge);
        }
        if (cluster.Network is { } network) AcceleratorLint.CheckLink(network, estimators, judge);
        return judge.Findings;
    }
}
