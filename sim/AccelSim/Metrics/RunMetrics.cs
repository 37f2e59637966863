using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Metrics;

/// <summary>What users of the service see, computed from the requests' records alone.</summary>
/// <param name="Ttft">First token − sending, over served requests.</param>
/// <param name="Tpot">(last − first token) / (N − 1), over served requests with N ≥ 2.</param>
/// <param name="Itl">Every gap between two tokens of a request.</param>
/// <param name="E2e">Last token − sending, over served requests.</param>
/// <param name="Duration">From the first sending to the last token.</param>
/// <param name="Completed">Requests served.</param>
/// <param name="Rejected">Requests refused.</param>
/// <param name="InputTokens">Prompt tokens of served requests.</param>
/// <param name="OutputTokens">Tokens emitted.</param>
/// <param name="CachedTokens">Prompt tokens that the prefix cache spared.</param>
/// <param name="MetSlo">Served requests that met every SLO of their class.</param>
public sealed record RunMetrics(
    LatencySummary? Ttft, LatencySummary? Tpot, LatencySummary? Itl, LatencySummary? E2e,
    Seconds Duration, int Completed, int Rejected, long InputTokens, long OutputTokens,
    long CachedTokens, int MetSlo)
{
    /// <summary>Tokens emitted per second of the run.</summary>
    public double OutputTokensPerSecond => PerSecond(OutputTokens);

    /// <summary>Prompt and output tokens per second; spared prompt tokens are counted.</summary>
    public double TotalTokensPerSecond => PerSecond(InputTokens + OutputTokens);

    /// <summary>Served requests per second.</summary>
    public double RequestsPerSecond => PerSecond(Completed);

    /// <summary>Served requests per second that met every SLO.</summary>
    public double GoodputRequestsPerSecond => PerSecond(MetSlo);

    /// <summary>Requests that met every SLO over all requests, refused ones included.</summary>
    public double SloAttainment => (double)MetSlo / (Completed + Rejected);

    /// <summary>Zero where every request was refused, so that nothing took any time.</summary>
    private double PerSecond(long count) => count == 0 ? 0 : count / Duration.Value;

    /// <summary>Computes them.</summary>
    /// <param name="records">Of all requests, or of one service class.</param>
    /// <param name="gaps">All gaps between tokens; null where they are not kept by class.</param>
    /// <param name="duration">Of the run.</param>
    /// <param name="scenario">Knows the objectives of each service class.</param>
    public static RunMetrics Of(
        IReadOnlyList<RequestRecord> records, TokenGapHistogram? gaps, Seconds duration,
        Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(scenario);
        var ttft = new List<double>(records.Count);
        var tpot = new List<double>(records.Count);
        var e2e = new List<double>(records.Count);
        int completed = 0, met = 0;
        long input = 0, output = 0, cached = 0;
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            if (!record.Completed) continue;
            completed++;
            input += record.Request.PromptTokens;
            output += record.Request.OutputTokens;
            cached += record.CachedTokens;
            ttft.Add(record.Ttft.Value);
            e2e.Add(record.E2eLatency.Value);
            if (record.Tpot is { } own) tpot.Add(own.Value);
            if (scenario.SloOf(record.Request.SloClass).IsMetBy(record)) met++;
        }
        return new RunMetrics(
            LatencySummary.Of(ttft), LatencySummary.Of(tpot),
            gaps is null ? null : LatencySummary.Of(gaps), LatencySummary.Of(e2e), duration,
            completed, records.Count - completed, input, output, cached, met);
    }
}
