using System.Text.Json;
using AccelSim.Metrics;

namespace AccelSim.Reports;

/// <summary>The part of a summary on how far its metrics may be off.</summary>
public static class SummaryBands
{
    /// <summary>
    /// Writes it as the member <c>bands</c>; null where bands were not asked for.
    /// </summary>
    /// <remarks><c>ttft_ms.p50</c> stands as <c>p50</c> under <c>ttft_ms</c>.</remarks>
    public static void Write(Utf8JsonWriter json, MetricBands? bands)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (bands is null)
        {
            json.WriteNull("bands");
            return;
        }
        json.WriteStartObject("bands");
        json.WriteNumber("share", MetricBands.Share);
        json.WriteNumber("samples", bands.Samples);
        json.WriteNumber("seed", bands.Seed);
        foreach (var metric in bands.ByMetric.GroupBy(pair => pair.Key.Split('.')[0]))
        {
            json.WriteStartObject(metric.Key);
            foreach (var (name, band) in metric)
            {
                var dot = name.IndexOf('.', StringComparison.Ordinal);
                if (dot >= 0) json.WriteStartObject(name[(dot + 1)..]);
                json.WriteNumber("low", band.Low);
                json.WriteNumber("high", band.High);
                if (dot >= 0) json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
