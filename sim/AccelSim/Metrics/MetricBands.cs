using AccelSim.Costs;
using AccelSim.Hardware;

namespace AccelSim.Metrics;

/// <summary>
/// How far metrics may be off, by evaluating them again under samples of the prices' errors.
/// </summary>
/// <param name="Samples">Evaluations.</param>
/// <param name="Seed">Decides the samples.</param>
/// <param name="ByMetric">The band of each metric, by its name in summaries.</param>
public sealed record MetricBands(
    int Samples, long Seed, IReadOnlyDictionary<string, Band> ByMetric)
{
    /// <summary>The share of samples within a band.</summary>
    public const double Share = 0.9;

    /// <summary>The band of a metric; null where it has none.</summary>
    public Band? Of(string metric) =>
        ByMetric.TryGetValue(metric, out var band) ? band : null;

    /// <summary>Evaluates metrics under samples.</summary>
    /// <param name="predicted">The metrics with all prices as they are; bands hold them.</param>
    /// <param name="evaluate">The metrics under a sample.</param>
    /// <param name="samples">How many.</param>
    /// <param name="seed">Decides them.</param>
    public static MetricBands Of(
        IReadOnlyDictionary<string, double> predicted,
        Func<ErrorSample, IReadOnlyDictionary<string, double>> evaluate, int samples, long seed)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(evaluate);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var drawn = new IReadOnlyDictionary<string, double>[samples];
        for (var i = 0; i < samples; i++)
            drawn[i] = evaluate(new ErrorSample(seed, i, Catalog.Uncertainty));
        var bands = new Dictionary<string, Band>();
        foreach (var (name, value) in predicted)
        {
            var values = drawn.Select(one => one.GetValueOrDefault(name, double.NaN))
                .Where(double.IsFinite).Order().ToArray();
            if (values.Length == 0 || !double.IsFinite(value)) continue;
            bands[name] = new Band(
                Math.Min(value, Rank(values, (1 - Share) / 2)),
                Math.Max(value, Rank(values, (1 + Share) / 2)));
        }
        return new MetricBands(samples, seed, bands);
    }

    private static double Rank(double[] sorted, double share) =>
        sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}

/// <summary>Where nine of ten samples lie.</summary>
/// <param name="Low">One of twenty is less.</param>
/// <param name="High">One of twenty is more.</param>
public readonly record struct Band(double Low, double High);
