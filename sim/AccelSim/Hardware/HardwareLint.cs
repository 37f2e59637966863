using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Finds physical nonsense in hardware files and says how to mend it.</summary>
public static class HardwareLint
{
    /// <summary>Checks an accelerator, or a cluster with its accelerators.</summary>
    /// <param name="document">A file that loads.</param>
    /// <param name="estimators">What is plausible.</param>
    /// <param name="weights">A model that it should hold: its name and size; optional.</param>
    /// <returns>In the order of the files' lines; empty where all is well.</returns>
    /// <exception cref="ConfigException">The file does not load.</exception>
    public static IReadOnlyList<LintFinding> Lint(
        HardwareDocument document, Estimators estimators,
        (string Name, Bytes Size)? weights = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(estimators);
        var findings = new List<LintFinding>();
        if (document.IsCluster)
        {
            var cluster = document.Cluster;
            foreach (var part in document.PoolAccelerators)
                findings.AddRange(AcceleratorLint.Run(part, estimators));
            findings.AddRange(ClusterLint.Run(document, estimators));
            CheckFit(document, weights, findings,
                [.. cluster.Pools.Values.Select(pool => (
                    pool.Accelerator, pool.PerNode.Value.Value * pool.Nodes.Value.Value))],
                estimators);
        }
        else
        {
            findings.AddRange(AcceleratorLint.Run(document, estimators));
            CheckFit(document, weights, findings, [(document.Accelerator, 1)], estimators);
        }
        return [.. findings
            .Distinct()
            .OrderBy(finding => finding.File == document.File ? 0 : 1)
            .ThenBy(finding => finding.File, StringComparer.Ordinal)
            .ThenBy(finding => finding.Line)];
    }

    private static void CheckFit(
        HardwareDocument document, (string Name, Bytes Size)? weights,
        List<LintFinding> findings, IReadOnlyList<(Accelerator Device, long Count)> devices,
        Estimators estimators)
    {
        if (weights is not var (name, size)) return;
        double room = 0;
        foreach (var (accelerator, count) in devices)
        {
            if (Known(accelerator, estimators) is not { } device) return;
            room += (double)count * (device.Capacity.Value - device.RuntimeReserve.Value).Value;
        }
        if (size.Value <= room) return;
        var main = devices[0].Device.Memory.Values.First(level => level.Role == MemoryRole.Main);
        var at = main.Capacity.Source;
        var free = Bytes.FromBase(Math.Max(0, room));
        findings.Add(new(
            LintSeverity.Error, at.File, at.Line, at.Path,
            $"the weights of {name} take {size}, but only {free} of main memory are free"
                + (document.IsCluster ? " in the whole cluster." : "."),
            document.IsCluster
                ? "Use more or larger accelerators, or a narrower weight format."
                : "Use a cluster and --tp, a larger accelerator, or a narrower weight format."));
    }

    /// <summary>
    /// The completed device; null where a gap cannot be filled, which is reported.
    /// </summary>
    internal static Device? Known(Accelerator accelerator, Estimators estimators)
    {
        try
        {
            return Device.From(accelerator, estimators);
        }
        catch (ConfigException)
        {
            return null;
        }
    }
}
