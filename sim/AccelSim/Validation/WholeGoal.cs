using AccelSim.Validation.Deployments;

namespace AccelSim.Validation;

/// <summary>An accuracy that is asked for of whole systems.</summary>
/// <param name="Name">As reports show it.</param>
/// <param name="Table">The table of whole systems.</param>
/// <param name="Metric">Such as <c>tpot</c>.</param>
/// <param name="Kind">Such as <c>dense</c>; null for all.</param>
/// <param name="Calibrated">
/// With kernels fitted on the device; null where its data sheet alone is known.
/// </param>
/// <param name="SheetOnly">With kernels of other devices.</param>
public sealed record WholeGoal(
    string Name, string Table, string Metric, string? Kind, GoalErrors? Calibrated,
    GoalErrors SheetOnly)
{
    /// <summary>All of them, in the order of reports.</summary>
    public static IReadOnlyList<WholeGoal> All { get; } =
    [
        new("TPOT, dense deployments", DeploymentTable.Name, "tpot", "dense",
            new(0.06, 0.18), new(0.08, 0.20)),
        new("TPOT, MoE deployments", DeploymentTable.Name, "tpot", "experts",
            new(0.12, 0.30), new(0.15, 0.40)),
        new("TTFT, all deployments", DeploymentTable.Name, "ttft", null,
            new(0.20, 0.50), new(0.25, 0.60)),
        new("vLLM on an RTX 4090: TPOT of requests", ServedRun.Name, "tpot", null,
            null, new(0.08, null)),
        new("vLLM on an RTX 4090: latency of requests", ServedRun.Name, "latency", null,
            null, new(0.10, null)),
        new("vLLM on an RTX 4090: makespan", ServedRun.Name, "makespan", null,
            null, new(0.05, null)),
    ];

    /// <summary>Its errors in a result; null where there is no such row.</summary>
    public ErrorSummary? Of(ValidationResult? result)
    {
        double[] errors =
        [
            .. (result?.Whole ?? [])
                .Where(table => table.Count.Table == Table)
                .SelectMany(table => table.Rows)
                .Where(row => row.Metric == Metric && (Kind is null || row.Kind == Kind))
                .Select(row => row.Error),
        ];
        return errors.Length == 0 ? null : ErrorSummary.Of(errors);
    }
}
