using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Studies;

/// <summary>
/// The metrics whose sensitivity is asked for, and what their breakdown predicts.
/// </summary>
public static class StudiedMetrics
{
    /// <summary>
    /// Elasticities of an estimated point to every field of its hardware, estimated ones included.
    /// </summary>
    /// <param name="hardware">The file.</param>
    /// <param name="build">Builds the deployment of a changed file.</param>
    /// <param name="isl">Prompt tokens.</param>
    /// <param name="osl">Output tokens.</param>
    /// <param name="batch">Requests.</param>
    public static IReadOnlyList<FieldSensitivity> OfEstimate(
        HardwareDocument hardware, Func<HardwareDocument, Deployment> build, int isl, int osl,
        int batch)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(build);
        hardware = hardware.Completed(Catalog.Estimators);
        var point = new Estimate(build(hardware)).Of(isl, osl, batch);
        return Sensitivity.Of(
            hardware,
            changed => Of(new Estimate(build(changed)).Of(isl, osl, batch)),
            (metric, fact) => metric switch
            {
                "TTFT" => Attributed(point.Prefill, fact),
                "TPOT" => Attributed(point.Decode, fact),
                _ => null,
            });
    }

    /// <summary>
    /// Elasticities of a simulated scenario to every field of one of its files, estimated ones
    /// included.
    /// </summary>
    /// <param name="runner">The scenario.</param>
    /// <param name="index">
    /// Which entry of its replicas; others that name the same file move with it.
    /// </param>
    public static IReadOnlyList<FieldSensitivity> OfScenario(ScenarioRunner runner, int index)
    {
        ArgumentNullException.ThrowIfNull(runner);
        var hardware = runner.Hardware[index];
        var entries = Enumerable.Range(0, runner.Hardware.Count)
            .Where(entry => runner.Hardware[entry].File == hardware.File)
            .ToArray();
        return Sensitivity.Of(
            hardware.Completed(Catalog.Estimators),
            changed => Of(entries
                .Aggregate(runner, (all, entry) => all.With(entry, changed)).Run()));
    }

    private static Dictionary<string, double> Of(EstimatePoint point)
    {
        var metrics = new Dictionary<string, double>
        {
            ["TTFT"] = point.Ttft.Value,
            ["tokens/s"] = point.OutputTokensPerSecond,
            ["J/token"] = point.JoulesPerOutputToken,
            ["USD/Mtoken"] = point.UsdPerMillionOutputTokens,
        };
        if (point.Tpot is { } tpot) metrics["TPOT"] = tpot.Value;
        return metrics;
    }

    private static Dictionary<string, double> Of(RunResult result)
    {
        var metrics = new Dictionary<string, double>
        {
            ["goodput"] = result.Metrics.GoodputRequestsPerSecond,
            ["J/token"] = result.JoulesPerOutputToken,
            ["USD/Mtoken"] = result.UsdPerMillionOutputTokens,
        };
        if (result.Metrics.Ttft is { } ttft)
        {
            metrics["TTFT mean"] = ttft.Mean.Value;
            metrics["TTFT p99"] = ttft.P99.Value;
        }
        if (result.Metrics.Tpot is { } tpot) metrics["TPOT mean"] = tpot.Mean.Value;
        return metrics;
    }

    /// <summary>
    /// A resource that takes a share of the time makes it fall with its rate and grow with its
    /// fixed cost. Links and the power limit have several terms and predict nothing here.
    /// </summary>
    private static double? Attributed(PhaseEstimate phase, FactSource fact)
    {
        double? sum = null;
        foreach (var (resource, share) in phase.Shares.Select(s => (s.Resource, s.Share)))
        {
            if (!resource.Facts.Any(own => own.Path == fact.Path && own.File == fact.File))
                continue;
            double? term = resource.Kind switch
            {
                ResourceKind.Launch or ResourceKind.Synchronisation or ResourceKind.Host => share,
                ResourceKind.Matrix or ResourceKind.Vector or ResourceKind.Memory
                    when IsProduct(resource.Formula) => -share,
                _ => null,
            };
            if (term is null) return null;
            sum = (sum ?? 0) + term;
        }
        return sum;
    }

    private static bool IsProduct(string formula) =>
        !formula.Contains(" + ", StringComparison.Ordinal)
        && !formula.Contains(" / ", StringComparison.Ordinal);
}
