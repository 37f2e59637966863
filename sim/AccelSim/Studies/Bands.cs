using AccelSim.Costs;
using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Studies;

/// <summary>Carries the bands of operators over to what users see.</summary>
public static class Bands
{
    /// <summary>Whether a deployment's prices know how far they are off.</summary>
    public static bool AreKnown(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        return deployment.Stages[0].Model.HasErrors;
    }

    /// <summary>The bands of an estimated point.</summary>
    /// <param name="deployment">What was estimated on.</param>
    /// <param name="point">The point.</param>
    /// <param name="samples">How often it is estimated again.</param>
    /// <param name="seed">Decides the samples.</param>
    public static MetricBands Of(
        Deployment deployment, EstimatePoint point, int samples, long seed)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        ArgumentNullException.ThrowIfNull(point);
        return MetricBands.Of(
            point.Values(),
            sample => new Estimate(Under(deployment, sample))
                .Of(point.Isl, point.Osl, point.Batch).Values(),
            samples, seed);
    }

    /// <summary>The bands of a simulated run: it is simulated again for each sample.</summary>
    /// <param name="runner">What was run.</param>
    /// <param name="result">What came out.</param>
    /// <param name="samples">How often it is simulated again.</param>
    /// <param name="seed">Decides the samples.</param>
    public static MetricBands Of(
        ScenarioRunner runner, RunResult result, int samples, long seed)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(result);
        return MetricBands.Of(
            MetricValues.Of(result),
            sample =>
            {
                var sampled = result.Deployments.Distinct()
                    .ToDictionary(one => one, one => Under(one, sample));
                return MetricValues.Of(runner.Run(
                    [.. result.Deployments.Select(deployment => sampled[deployment])]));
            },
            samples, seed);
    }

    private static Deployment Under(Deployment deployment, ErrorSample sample) =>
        deployment.With(model => new SampledCosts(model, sample));
}
