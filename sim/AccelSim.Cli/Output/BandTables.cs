using AccelSim.Metrics;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Metrics with their bands, as tables for people.</summary>
internal static class BandTables
{
    private static readonly (string Label, string Metric)[] OfRun =
    [
        ("TTFT mean, ms", "ttft_ms.mean"), ("TTFT P99, ms", "ttft_ms.p99"),
        ("TPOT mean, ms", "tpot_ms.mean"), ("TPOT P99, ms", "tpot_ms.p99"),
        ("E2E mean, ms", "e2e_ms.mean"), ("output tokens/s", "output_tokens_per_second"),
        ("goodput, requests/s", "goodput_requests_per_second"),
        ("J/output token", "joules_per_output_token"),
        ("USD/M output tokens", "usd_per_million_output_tokens"),
    ];

    private static readonly (string Label, string Metric)[] OfPoint =
    [
        ("TTFT ms", "ttft_ms"), ("TPOT ms", "tpot_ms"), ("tokens/s", "output_tokens_per_second"),
        ("J/token", "joules_per_output_token"),
    ];

    /// <summary>A run's metrics; nothing where it has no bands.</summary>
    public static void Write(Terminal terminal, RunResult result)
    {
        if (result.Bands is not { } bands) return;
        var values = MetricValues.Of(result);
        var table = new TextTable("90 % bands", "metric", ">value [low, high]");
        foreach (var (label, metric) in OfRun)
        {
            if (!values.TryGetValue(metric, out var value)) continue;
            table.Row(label, Figures.Banded(value, bands.Of(metric)));
        }
        table.Write(terminal, Definition(bands));
    }

    /// <summary>Points' metrics; nothing where they have no bands.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<EstimatePoint> points)
    {
        if (points[0].Bands is not { } first) return;
        var table = new TextTable(
            "90 % bands", [">batch", .. OfPoint.Select(one => ">" + one.Label)]);
        foreach (var point in points)
        {
            var values = point.Values();
            table.Row(
            [
                Figures.Whole(point.Batch),
                .. OfPoint.Select(one => values.TryGetValue(one.Metric, out var value)
                    ? Figures.Banded(value, point.Bands!.Of(one.Metric))
                    : "–"),
            ]);
        }
        table.Write(terminal, Definition(first));
    }

    private static string Definition(MetricBands bands) =>
        $"Nine of {Figures.Plural(bands.Samples, "sample")} (seed {bands.Seed}) in ten lie "
        + "between low and high. A sample draws one error for each family of kernels and one for "
        + "each operator, as measured times scatter around predicted ones.";
}
