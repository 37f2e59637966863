using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Metrics;

/// <summary>A distribution of latencies in the figures that the field reports.</summary>
/// <param name="Count">Values.</param>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Largest.</param>
/// <remarks>
/// Percentiles are nearest-rank: the smallest value that at least that share of the values do not
/// exceed. No value is invented between two measured ones.
/// </remarks>
public sealed record LatencySummary(
    long Count, Seconds Mean, Seconds P50, Seconds P90, Seconds P95, Seconds P99, Seconds Max)
{
    /// <summary>Summarises values; null where there are none.</summary>
    public static LatencySummary? Of(List<double> seconds)
    {
        ArgumentNullException.ThrowIfNull(seconds);
        if (seconds.Count == 0) return null;
        var sorted = seconds.ToArray();
        Array.Sort(sorted);
        return new LatencySummary(
            sorted.Length, new Seconds(sorted.Average()), At(0.5), At(0.9), At(0.95), At(0.99),
            new Seconds(sorted[^1]));

        Seconds At(double share) =>
            new(sorted[Math.Max(1, (int)Math.Ceiling(share * sorted.Length)) - 1]);
    }

    /// <summary>Summarises gaps between tokens; null where there are none.</summary>
    public static LatencySummary? Of(TokenGapHistogram gaps)
    {
        ArgumentNullException.ThrowIfNull(gaps);
        return gaps.Count == 0
            ? null
            : new LatencySummary(
                gaps.Count, gaps.Mean, gaps.Percentile(0.5), gaps.Percentile(0.9),
                gaps.Percentile(0.95), gaps.Percentile(0.99), gaps.Max);
    }
}
