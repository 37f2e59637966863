using System.Text.Json;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Reports;

/// <summary>Writes <c>summary.json</c>: everything a run has to say, in numbers.</summary>
/// <remarks>
/// Same result, same bytes, but for <c>simulation.wall_seconds</c> and
/// <c>simulation.peak_memory_bytes</c>. A figure that does not exist is null.
/// </remarks>
public static class SummaryJson
{
    /// <summary>The summary as text.</summary>
    /// <param name="result">The run.</param>
    /// <param name="version">Of AccelSim.</param>
    /// <param name="simulation">What simulating cost; null writes nulls.</param>
    public static string Text(RunResult result, string version, SimulationCost? simulation) =>
        JsonOutput.Text(stream => Write(stream, result, version, simulation));

    /// <summary>Writes the summary to a stream, which stays open.</summary>
    public static void Write(
        Stream stream, RunResult result, string version, SimulationCost? simulation)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        using (var json = JsonOutput.Writer(stream, indented: true))
        {
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("name", result.Scenario.Name);
            json.WriteNumber("seed", result.Scenario.Seed);
            json.WriteString("model", result.Scenario.Model);
            json.WriteString("workload", result.WorkloadOrigin);
            json.WriteString("cost_model", result.Scenario.CostModel);
            json.WriteNumber("accelerators", result.Accelerators);
            json.WriteNumber("duration_s", result.Metrics.Duration.Value);
            json.WritePropertyName("metrics");
            Metrics(json, result.Metrics);
            SummaryBands.Write(json, result.Bands);
            ByClass(json, result);
            Slo(json, result.Scenario);
            Energy(json, result);
            Cost(json, result);
            Limits(json, result.Limits);
            Waiting(json, result.WaitingSeconds);
            json.WriteStartObject("memory");
            json.WriteNumber("peak_kv_share", result.PeakKvShare);
            json.WriteEndObject();
            json.WriteString("router", JsonOutput.Name(result.Scenario.Router));
            SummaryDeployments.Write(json, result.Deployments);
            json.WriteStartArray("warnings");
            foreach (var warning in result.Warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
            Simulation(json, result, simulation);
            Provenances(json, result.ProvenanceShares);
            SummaryDomain.Write(json, result.Domain);
            Definitions(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    private static void Metrics(
        Utf8JsonWriter json, RunMetrics metrics, bool ofClass = false)
    {
        json.WriteStartObject();
        Latency(json, "ttft_ms", metrics.Ttft);
        Latency(json, "tpot_ms", metrics.Tpot);
        // Gaps between tokens are counted over the run, not by class.
        if (!ofClass) Latency(json, "itl_ms", metrics.Itl);
        Latency(json, "e2e_ms", metrics.E2e);
        json.Number("output_tokens_per_second", metrics.OutputTokensPerSecond);
        json.Number("total_tokens_per_second", metrics.TotalTokensPerSecond);
        json.Number("requests_per_second", metrics.RequestsPerSecond);
        json.Number("goodput_requests_per_second", metrics.GoodputRequestsPerSecond);
        json.Number("slo_attainment", metrics.SloAttainment);
        json.WriteNumber("requests_completed", metrics.Completed);
        json.WriteNumber("requests_rejected", metrics.Rejected);
        json.WriteNumber("requests_met_slo", metrics.MetSlo);
        json.WriteNumber("input_tokens", metrics.InputTokens);
        json.WriteNumber("output_tokens", metrics.OutputTokens);
        json.WriteNumber("cached_tokens", metrics.CachedTokens);
        json.WriteEndObject();
    }

    private static void Latency(Utf8JsonWriter json, string name, LatencySummary? summary)
    {
        json.WriteStartObject(name);
        json.Number("mean", summary?.Mean.Milliseconds);
        json.Number("p50", summary?.P50.Milliseconds);
        json.Number("p90", summary?.P90.Milliseconds);
        json.Number("p95", summary?.P95.Milliseconds);
        json.Number("p99", summary?.P99.Milliseconds);
        json.Number("max", summary?.Max.Milliseconds);
        json.WriteNumber("count", summary?.Count ?? 0);
        json.WriteEndObject();
    }

    private static void ByClass(Utf8JsonWriter json, RunResult result)
    {
        json.WriteStartObject("by_class");
        foreach (var (name, metrics) in result.ByClass.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            Metrics(json, metrics, ofClass: true);
        }
        json.WriteEndObject();
    }

    private static void Slo(Utf8JsonWriter json, Scenario scenario)
    {
        json.WritePropertyName("slo");
        Slo(json, scenario.Slo);
        json.WriteStartObject("slo_by_class");
        foreach (var (name, own) in scenario.SloByClass
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            Slo(json, own);
        }
        json.WriteEndObject();
    }

    private static void Slo(Utf8JsonWriter json, Slo slo)
    {
        json.WriteStartObject();
        json.Number("ttft_ms", slo.Ttft?.Milliseconds);
        json.Number("tpot_ms", slo.Tpot?.Milliseconds);
        json.Number("e2e_ms", slo.E2e?.Milliseconds);
        json.WriteEndObject();
    }

    private static void Energy(Utf8JsonWriter json, RunResult result)
    {
        json.WriteStartObject("energy");
        json.WriteNumber("joules", result.Joules);
        json.Number("joules_per_output_token", result.JoulesPerOutputToken);
        json.Number("mean_watts", result.MeanPower.Value);
        Components(json, result.Energy, "joules");
        json.WriteEndObject();
    }

    private static void Cost(Utf8JsonWriter json, RunResult result)
    {
        json.WriteStartObject("cost");
        json.WriteNumber("usd", result.Usd);
        json.Number("usd_per_million_output_tokens", result.UsdPerMillionOutputTokens);
        Components(json, result.Cost, "usd");
        json.WriteEndObject();
    }

    private static void Components(
        Utf8JsonWriter json, IReadOnlyList<LedgerEntry> ledger, string unit)
    {
        json.WriteStartArray("by_component");
        foreach (var entry in ledger)
        {
            json.WriteStartObject();
            json.WriteString("component", entry.Component);
            json.WriteNumber(unit, entry.Amount);
            json.WriteString("tag", JsonOutput.Name(entry.Tag));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Limits(Utf8JsonWriter json, IReadOnlyList<PhaseLimits> limits)
    {
        json.WriteStartObject("limits");
        foreach (var phase in limits)
        {
            json.WriteStartObject(JsonOutput.Name(phase.Kind));
            json.WriteNumber("steps", phase.Steps);
            json.WriteNumber("seconds", phase.Time.Value);
            json.WriteStartArray("by_resource");
            foreach (var (resource, share) in phase.Shares)
            {
                json.WriteStartObject();
                json.WriteString("resource", resource.Name);
                json.WriteString("kind", JsonOutput.Name(resource.Kind));
                json.WriteNumber("share", share);
                json.WriteString("tag", JsonOutput.Name(resource.Tag));
                json.WriteString("formula", resource.Formula);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Waiting(
        Utf8JsonWriter json, IReadOnlyDictionary<WaitReason, double> seconds)
    {
        json.WriteStartObject("waiting");
        json.WriteStartObject("request_seconds");
        foreach (var (reason, waited) in seconds.OrderBy(pair => pair.Key))
            json.WriteNumber(JsonOutput.Name(reason), waited);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Simulation(
        Utf8JsonWriter json, RunResult result, SimulationCost? simulation)
    {
        json.WriteStartObject("simulation");
        json.WriteNumber("requests_completed", result.Metrics.Completed);
        json.WriteNumber("requests_rejected", result.Metrics.Rejected);
        json.WriteNumber("preemptions", result.Preemptions);
        json.WriteNumber("steps", result.Steps);
        json.WriteNumber("events", result.Events);
        json.Number("wall_seconds", simulation?.WallSeconds);
        json.Number("peak_memory_bytes", simulation?.PeakMemoryBytes);
        json.WriteEndObject();
    }

    private static void Provenances(
        Utf8JsonWriter json, IReadOnlyDictionary<Provenance, double> shares)
    {
        json.WriteStartObject("provenance");
        foreach (var tag in Enum.GetValues<Provenance>())
            json.WriteNumber(JsonOutput.Name(tag), shares.GetValueOrDefault(tag));
        json.WriteEndObject();
    }

    private static void Definitions(Utf8JsonWriter json)
    {
        json.WriteStartObject("definitions");
        foreach (var definition in MetricDefinition.All)
            json.WriteString(definition.Name, definition.Text);
        json.WriteString("percentiles", MetricDefinition.PercentileRule);
        json.WriteEndObject();
    }
}
