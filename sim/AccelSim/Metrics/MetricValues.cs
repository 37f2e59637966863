namespace AccelSim.Metrics;

/// <summary>The metrics of a run as numbers by name, as summaries spell them.</summary>
public static class MetricValues
{
    /// <summary>
    /// Latencies in milliseconds (<c>ttft_ms.p50</c>), rates, energy and cost.
    /// </summary>
    public static IReadOnlyDictionary<string, double> Of(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var metrics = result.Metrics;
        var values = new Dictionary<string, double>();
        Add("ttft_ms", metrics.Ttft);
        Add("tpot_ms", metrics.Tpot);
        Add("itl_ms", metrics.Itl);
        Add("e2e_ms", metrics.E2e);
        values["output_tokens_per_second"] = metrics.OutputTokensPerSecond;
        values["total_tokens_per_second"] = metrics.TotalTokensPerSecond;
        values["requests_per_second"] = metrics.RequestsPerSecond;
        values["goodput_requests_per_second"] = metrics.GoodputRequestsPerSecond;
        values["slo_attainment"] = metrics.SloAttainment;
        values["joules_per_output_token"] = result.JoulesPerOutputToken;
        values["mean_watts"] = result.MeanPower.Value;
        values["usd_per_million_output_tokens"] = result.UsdPerMillionOutputTokens;
        return values;

        void Add(string name, LatencySummary? summary)
        {
            if (summary is null) return;
            values[name + ".mean"] = summary.Mean.Milliseconds;
            values[name + ".p50"] = summary.P50.Milliseconds;
            values[name + ".p90"] = summary.P90.Milliseconds;
            values[name + ".p95"] = summary.P95.Milliseconds;
            values[name + ".p99"] = summary.P99.Milliseconds;
            values[name + ".max"] = summary.Max.Milliseconds;
        }
    }
}
