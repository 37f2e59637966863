using System.Globalization;
using System.Text.Json;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Reports;

/// <summary>What the charts of an HTML report draw, as JSON.</summary>
internal static class ChartData
{
    private const int Quantiles = 200;
    private const int Bins = 240;

    /// <summary>The data of all charts.</summary>
    public static string Json(IReadOnlyList<ReportRun> runs) => JsonOutput.Text(stream =>
    {
        using var json = JsonOutput.Writer(stream, indented: false);
        json.WriteStartObject();
        json.WriteStartArray("runs");
        foreach (var run in runs) json.WriteStringValue(run.Name);
        json.WriteEndArray();
        Limits(json, runs);
        Latencies(json, runs);
        Timeline(json, runs);
        Ledger(json, "energy", runs, run => run.Energy, run => run.Metrics.OutputTokens);
        Ledger(json, "cost", runs, run => run.Cost, run => run.Metrics.OutputTokens * 1e-6);
        Memory(json, runs);
        Provenances(json, runs);
        json.WriteEndObject();
    });

    private static void Limits(Utf8JsonWriter json, IReadOnlyList<ReportRun> runs)
    {
        json.WriteStartObject("limits");
        json.WriteStartArray("resources");
        foreach (var resource in runs.SelectMany(run => run.Result.Limits)
            .SelectMany(phase => phase.Shares)
            .Select(share => share.Resource)
            .DistinctBy(resource => resource.Name))
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Name);
            json.WriteString("kind", JsonOutput.Name(resource.Kind));
            json.WriteString("formula", resource.Formula);
            json.WriteString("tag", JsonOutput.Name(resource.Tag));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("bars");
        foreach (var kind in Enum.GetValues<StepKind>())
        {
            for (var i = 0; i < runs.Count; i++)
            {
                var phase = runs[i].Result.Limits.FirstOrDefault(phase => phase.Kind == kind);
                if (phase is null) continue;
                json.WriteStartObject();
                json.WriteString("phase", JsonOutput.Name(kind));
                json.WriteNumber("run", i);
                json.WriteNumber("steps", phase.Steps);
                json.WriteNumber("seconds", Short(phase.Time.Value));
                json.WriteStartObject("shares");
                foreach (var (resource, share) in phase.Shares)
                    json.WriteNumber(resource.Name, Short(share));
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Latencies(Utf8JsonWriter json, IReadOnlyList<ReportRun> runs)
    {
        json.WriteStartObject("latencies");
        Latency(json, "ttft", runs, record => record.Ttft.Milliseconds, slo => slo.Ttft);
        Latency(json, "tpot", runs, record => record.Tpot?.Milliseconds, slo => slo.Tpot);
        Latency(json, "e2e", runs, record => record.E2eLatency.Milliseconds, slo => slo.E2e);
        json.WriteEndObject();
    }

    private static void Latency(
        Utf8JsonWriter json, string name, IReadOnlyList<ReportRun> runs,
        Func<RequestRecord, double?> milliseconds, Func<Slo, Units.Seconds?> slo)
    {
        json.WriteStartObject(name);
        json.Number("slo", slo(runs[0].Result.Scenario.Slo)?.Milliseconds);
        json.WriteStartArray("runs");
        foreach (var run in runs)
        {
            double[] values = [.. run.Result.Requests.Where(record => record.Completed)
                .Select(record => milliseconds(record)).OfType<double>().Order()];
            json.WriteStartArray();
            for (var i = 0; values.Length > 0 && i <= Quantiles; i++)
            {
                var rank = Math.Max(1, (int)Math.Ceiling((double)i / Quantiles * values.Length));
                json.WriteNumberValue(Short(values[rank - 1]));
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Timeline(Utf8JsonWriter json, IReadOnlyList<ReportRun> runs)
    {
        json.WriteStartArray("timeline");
        for (var i = 0; i < runs.Count; i++)
        {
            if (runs[i].Recorder is not { } recorder) continue;
            if (TimelineBins.Of(runs[i].Result, recorder, Bins) is not { } bins) continue;
            json.WriteStartObject();
            json.WriteNumber("run", i);
            json.WriteNumber("end", Short(bins.End));
            Numbers(json, "seconds", bins.Starts);
            Numbers(json, "queue", bins.Queue);
            Numbers(json, "running", bins.Running);
            Numbers(json, "kv_percent", bins.KvShare.Select(share => 100 * share));
            Numbers(json, "watts", bins.Watts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Ledger(
        Utf8JsonWriter json, string name, IReadOnlyList<ReportRun> runs,
        Func<RunResult, IReadOnlyList<LedgerEntry>> ledger, Func<RunResult, double> per)
    {
        json.WriteStartObject(name);
        foreach (var component in runs.SelectMany(run => ledger(run.Result))
            .Select(entry => entry.Component)
            .Distinct())
        {
            json.WriteStartArray(component);
            foreach (var run in runs)
            {
                var amount = ledger(run.Result).Where(entry => entry.Component == component)
                    .Sum(entry => entry.Amount) / per(run.Result);
                if (double.IsFinite(amount)) json.WriteNumberValue(Short(amount));
                else json.WriteNullValue();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Memory(Utf8JsonWriter json, IReadOnlyList<ReportRun> runs)
    {
        json.WriteStartArray("memory");
        foreach (var run in runs)
        {
            foreach (var deployment in run.Result.Deployments.Distinct())
            {
                json.WriteStartObject();
                json.WriteString("label", HtmlMemory.Label(runs, run, deployment));
                json.WriteStartObject("gigabytes");
                foreach (var (part, bytes) in HtmlMemory.Parts(deployment.Memory))
                    json.WriteNumber(part, Short(bytes * 1e-9));
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
    }

    private static void Provenances(Utf8JsonWriter json, IReadOnlyList<ReportRun> runs)
    {
        json.WriteStartObject("provenance");
        foreach (var tag in Enum.GetValues<Provenance>())
        {
            Numbers(json, JsonOutput.Name(tag), runs.Select(
                run => run.Result.ProvenanceShares.GetValueOrDefault(tag)));
        }
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(Short(value));
        json.WriteEndArray();
    }

    /// <summary>Five significant digits are more than a chart shows.</summary>
    private static double Short(double value) => double.Parse(
        value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
