using System.Text;
using System.Text.Json;
using AccelSim.Metrics;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Estimates as JSON, with the names of <c>summary.json</c>.</summary>
internal static class EstimateJson
{
    /// <summary>Writes them.</summary>
    public static void Write(
        TextWriter writer, PlannedDeployment planned, Deployment deployment,
        IReadOnlyList<EstimatePoint> points, IReadOnlyList<(int Batch, string Reason)> infeasible)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            json.WriteStartObject();
            json.WriteString("version", SimulatedRun.Version);
            json.WriteString("hardware", planned.Hardware.Id);
            json.WriteString("model", planned.Model.Id);
            Plan(json, deployment);
            json.WriteStartArray("points");
            foreach (var point in points) Point(json, point);
            json.WriteEndArray();
            json.WriteStartArray("infeasible");
            foreach (var (batch, reason) in infeasible)
            {
                json.WriteStartObject();
                json.WriteNumber("batch", batch);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        writer.Write(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
        writer.Write('\n');
    }

    private static void Plan(Utf8JsonWriter json, Deployment deployment)
    {
        var plan = deployment.Graph.Plan;
        json.WriteNumber("tp", plan.TensorParallel);
        json.WriteNumber("pp", plan.PipelineParallel);
        json.WriteNumber("ep", plan.ExpertParallel);
        json.WriteNumber("dp", plan.DataParallel);
        json.WriteNumber("accelerators", deployment.Accelerators * deployment.Engines);
        json.WriteStartArray("notes");
        foreach (var note in deployment.Graph.Formats.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
    }

    private static void Point(Utf8JsonWriter json, EstimatePoint point)
    {
        json.WriteStartObject();
        json.WriteNumber("batch", point.Batch);
        json.WriteNumber("isl", point.Isl);
        json.WriteNumber("osl", point.Osl);
        json.WriteNumber("ttft_ms", point.Ttft.Milliseconds);
        Optional(json, "tpot_ms", point.Tpot?.Milliseconds);
        json.WriteNumber("e2e_ms", point.E2e.Milliseconds);
        json.WriteNumber("output_tokens_per_second", point.OutputTokensPerSecond);
        Optional(json, "output_tokens_per_second_per_user", point.TokensPerSecondPerUser);
        json.WriteNumber("joules_per_output_token", point.JoulesPerOutputToken);
        json.WriteNumber("usd_per_million_output_tokens", point.UsdPerMillionOutputTokens);
        json.WriteNumber("kv_blocks", point.KvBlocks);
        json.WriteNumber("kv_blocks_total", point.KvBlocksTotal);
        json.WriteStartObject("limits");
        Shares(json, "prefill", point.Prefill.Shares);
        Shares(json, "decode", point.Decode.Shares);
        json.WriteEndObject();
        SummaryDomain.Write(json, point.Domain);
        SummaryBands.Write(json, point.Bands);
        json.WriteEndObject();
    }

    private static void Shares(
        Utf8JsonWriter json, string phase, IReadOnlyList<ResourceShare> shares)
    {
        json.WriteStartObject(phase);
        foreach (var share in shares) json.WriteNumber(share.Resource.Name, share.Share);
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
