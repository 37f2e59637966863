using AccelSim.Costs;

namespace AccelSim.Validation.Deployments;

/// <summary>Judges the table of deployments: TTFT and TPOT of each.</summary>
public static class DeploymentRows
{
    /// <summary>Reads and simulates every row.</summary>
    /// <param name="folder">The folder of the tables.</param>
    /// <param name="rung">What prices operators.</param>
    /// <param name="devices">Only these systems; empty for all.</param>
    /// <exception cref="Configuration.ConfigException">A line is malformed.</exception>
    public static WholeRows Judge(string folder, CostRung rung, IReadOnlyList<string> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var asked = new List<MeasuredDeployment>();
        int all = 0, leftOut = 0;
        foreach (var (row, system, reason) in DeploymentTable.Read(folder))
        {
            all++;
            if (devices.Count > 0 && !devices.Contains(system)) leftOut++;
            else if (row is null) Count(reasons, reason!);
            else asked.Add(row);
        }
        List<WholeRow> rows = [];
        foreach (var outcome in new DeploymentJudge(rung).Judge(asked))
        {
            if (outcome.Reason is { } reason)
            {
                Count(reasons, reason);
                continue;
            }
            var row = outcome.Row;
            var kind = outcome.HasExperts ? "experts" : "dense";
            var model = row.Model[(row.Model.LastIndexOf('/') + 1)..];
            var what = $"{model}, {row.System}, {row.Backend}";
            rows.Add(new("ttft", kind, what, row.Shape, row.Line, outcome.Ttft, row.Ttft));
            rows.Add(new("tpot", kind, what, row.Shape, row.Line, outcome.Tpot, row.Tpot));
        }
        return new WholeRows(
            rows,
            new TableCount(
                DeploymentTable.Name, true, all, rows.Count / 2, reasons.Values.Sum(), leftOut),
            [.. reasons.Select(pair =>
                new SkippedRows(DeploymentTable.Name, pair.Key, pair.Value))]);
    }

    private static void Count(SortedDictionary<string, int> reasons, string reason) =>
        reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
}
