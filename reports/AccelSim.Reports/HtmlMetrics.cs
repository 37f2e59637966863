using System.Globalization;
using AccelSim.Metrics;
using AccelSim.Units;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>The headline, the tables of metrics and the latency distributions.</summary>
internal static class HtmlMetrics
{
    /// <summary>A figure of a run: how to read it and whether more of it is better.</summary>
    private sealed record Figure(
        string Metric, string Label, string Unit, Func<RunResult, double?> Of, bool MoreIsBetter)
    {
        /// <summary>Its name among the bands; null where it is the metric's.</summary>
        public string? Band { get; init; }
    }

    private static readonly IReadOnlyList<Figure> Headline =
    [
        new("ttft_ms", "TTFT p99", "ms", r => r.Metrics.Ttft?.P99.Milliseconds, false)
        {
            Band = "ttft_ms.p99",
        },
        new("tpot_ms", "TPOT p99", "ms", r => r.Metrics.Tpot?.P99.Milliseconds, false)
        {
            Band = "tpot_ms.p99",
        },
        new("goodput_requests_per_second", "goodput", "requests/s",
            r => r.Metrics.GoodputRequestsPerSecond, true),
        new("output_tokens_per_second", "throughput", "output tokens/s",
            r => r.Metrics.OutputTokensPerSecond, true),
        new("joules_per_output_token", "energy", "J/output token",
            r => r.JoulesPerOutputToken, false),
        new("usd_per_million_output_tokens", "cost", "USD/M output tokens",
            r => r.UsdPerMillionOutputTokens, false),
    ];

    private static readonly IReadOnlyList<Figure> Rates =
    [
        new("goodput_requests_per_second", "goodput", "requests/s",
            r => r.Metrics.GoodputRequestsPerSecond, true),
        new("slo_attainment", "SLO attainment", "%", r => 100 * r.Metrics.SloAttainment, true),
        new("requests_per_second", "requests", "requests/s",
            r => r.Metrics.RequestsPerSecond, true),
        new("output_tokens_per_second", "output tokens", "tokens/s",
            r => r.Metrics.OutputTokensPerSecond, true),
        new("total_tokens_per_second", "total tokens", "tokens/s",
            r => r.Metrics.TotalTokensPerSecond, true),
        new("joules_per_output_token", "energy", "J/output token",
            r => r.JoulesPerOutputToken, false),
        new("", "mean power", "W", r => r.MeanPower.Value, false),
        new("usd_per_million_output_tokens", "cost", "USD/M output tokens",
            r => r.UsdPerMillionOutputTokens, false),
    ];

    private static readonly Figure PrefixCache = new(
        "cached_tokens", "prefix-cache hits", "% of prompt tokens",
        r => 100.0 * r.Metrics.CachedTokens / r.Metrics.InputTokens, true);

    private static readonly IReadOnlyList<(string Metric, string Label,
        Func<RunMetrics, LatencySummary?> Of)> Latencies =
    [
        ("ttft_ms", "TTFT", m => m.Ttft),
        ("tpot_ms", "TPOT", m => m.Tpot),
        ("itl_ms", "ITL", m => m.Itl),
        ("e2e_ms", "E2E", m => m.E2e),
    ];

    private static readonly IReadOnlyList<string> Distributed = ["ttft", "tpot", "e2e"];

    /// <summary>The figures that one looks for first.</summary>
    public static string Tiles(IReadOnlyList<ReportRun> runs) =>
        "<dl class=\"tiles\">\n" + string.Concat(Headline.Select(figure =>
        {
            var first = figure.Of(runs[0].Result);
            var firstUnit = Shown(figure, first).Unit;
            var values = runs.Select((run, i) => i == 0
                ? $"<dd><b>{Shown(figure, first).Number}</b> <span>{Escape(firstUnit)}</span>"
                    + Banded(figure, run.Result)
                    + (runs.Count > 1 ? $"<i>{Escape(run.Name)}</i>" : "") + "</dd>"
                : $"<dd>{Later(figure, figure.Of(run.Result), firstUnit)} "
                    + Judged(figure, first, figure.Of(run.Result))
                    + $"<i>{Escape(run.Name)}</i></dd>");
            return $"<div><dt>{Explained(figure.Metric, figure.Label)}</dt>{string.Concat(values)}"
                + "</div>\n";
        })) + "</dl>\n";

    /// <summary>A headline's figure and unit; nobody reads minutes in milliseconds.</summary>
    private static (string Number, string Unit) Shown(Figure figure, double? value)
    {
        if (figure.Unit != "ms" || value is not >= 1e4) return (Number(value), figure.Unit);
        var words = new Seconds(value.Value * 1e-3).Readable().Split(' ');
        return (words[0], words[1]);
    }

    /// <summary>A headline's 90 % band, where it has one.</summary>
    private static string Banded(Figure figure, RunResult result)
    {
        if (result.Bands?.Of(figure.Band ?? figure.Metric) is not { } band) return "";
        var (low, unit) = Shown(figure, band.Low);
        var (high, highUnit) = Shown(figure, band.High);
        return $" <small>[{low}{(unit == highUnit ? "" : " " + Escape(unit))}, {high}"
            + $"{(unit == highUnit ? "" : " " + Escape(highUnit))}]</small>";
    }

    private static string Later(Figure figure, double? value, string firstUnit)
    {
        var (number, unit) = Shown(figure, value);
        return $"<b>{number}</b>" + (unit == firstUnit ? "" : $" <span>{Escape(unit)}</span>");
    }

    /// <summary>All metrics, and what they mean.</summary>
    public static string Section(IReadOnlyList<ReportRun> runs)
    {
        var served = string.Join("; ", runs.Select(run => Escape(string.Create(
            CultureInfo.InvariantCulture,
            $"{(runs.Count > 1 ? run.Name + ": " : "")}{run.Result.Metrics.Completed:N0} requests "
            + $"served, {run.Result.Metrics.Rejected:N0} refused, {run.Result.Preemptions:N0} "
            + $"preemptions in {run.Result.Metrics.Duration.Readable()}"))));
        var definitions = "<details><summary>What the metrics mean</summary><dl class=\"words\">"
            + string.Concat(MetricDefinition.All.Select(definition =>
                $"<dt>{Escape(definition.Label)}</dt><dd>{Escape(definition.Text)}</dd>"))
            + $"<dt>percentiles</dt><dd>{Escape(MetricDefinition.PercentileRule)}</dd>"
            + "</dl></details>\n";
        return HtmlText.Section(
            "metrics", "Metrics", served + "." + Warnings(runs),
            LatencyTable(runs) + RateTable(runs) + BandTable(runs) + ClassTable(runs)
                + WaitTable(runs) + definitions);
    }

    private static string Warnings(IReadOnlyList<ReportRun> runs) => string.Concat(
        from run in runs
        from warning in run.Result.Warnings
        select " Warning: " + Escape((runs.Count > 1 ? run.Name + ": " : "") + warning));

    /// <summary>The distributions of latencies.</summary>
    public static string Distributions(IReadOnlyList<ReportRun> runs)
    {
        var charts = string.Concat(Distributed.Select(name =>
            "<div>" + Chart("chart-" + name, name.ToUpperInvariant() + " distribution", 260, "")
                + "</div>"));
        return HtmlText.Section(
            "latency", "Latency distributions",
            "Share of requests served within a time, by request; the time axis is logarithmic. "
            + "The dashed line is the SLO. Percentiles are in the table above.",
            $"<div class=\"three\">{charts}</div>\n");
    }

    private static string LatencyTable(IReadOnlyList<ReportRun> runs)
    {
        var rows = from latency in Latencies
            from run in runs
            let own = latency.Of(run.Result.Metrics)
            select new[]
            {
                Explained(latency.Metric, latency.Label)
                    + (runs.Count > 1 ? $" <i>{Escape(run.Name)}</i>" : ""),
                Number(own?.Mean.Milliseconds), Number(own?.P50.Milliseconds),
                Number(own?.P90.Milliseconds), Number(own?.P95.Milliseconds),
                Number(own?.P99.Milliseconds), Number(own?.Max.Milliseconds),
            };
        return Table(
            "Latency in ms", ["", "mean", "p50", "p90", "p95", "p99", "max"], rows);
    }

    private static string RateTable(IReadOnlyList<ReportRun> runs)
    {
        var caching = runs.Any(run =>
            run.Result.Deployments.Any(deployment => deployment.Settings.EnablePrefixCaching));
        var rows = (caching ? Rates.Append(PrefixCache) : Rates).Select(figure =>
        {
            var first = figure.Of(runs[0].Result);
            var name = figure.Metric.Length == 0
                ? Escape(figure.Label)
                : Explained(figure.Metric, figure.Label);
            return runs.Select((run, i) => Number(figure.Of(run.Result))
                    + (i == 0 ? "" : " " + Judged(figure, first, figure.Of(run.Result))))
                .Prepend($"{name} <small>{Escape(figure.Unit)}</small>")
                .ToArray();
        });
        return Table(
            "Throughput, energy and cost",
            ["", .. runs.Select(run => Escape(runs.Count > 1 ? run.Name : "value"))], rows);
    }

    private static string BandTable(IReadOnlyList<ReportRun> runs)
    {
        var banded = runs.Where(run => run.Result.Bands is not null).ToArray();
        if (banded.Length == 0) return "";
        var bands = banded[0].Result.Bands!;
        return Table(
            Escape(string.Create(
                CultureInfo.InvariantCulture,
                $"90 % bands: nine of ten of {bands.Samples:N0} runs whose prices are off as "
                + $"samples of their errors say (seed {bands.Seed}) lie between")),
            ["", .. banded.Select(run => Escape(runs.Count > 1 ? run.Name : "low, high"))],
            bands.ByMetric.Keys.Select(metric => banded
                .Select(run => run.Result.Bands!.Of(metric) is { } band
                    ? $"{Number(band.Low)}, {Number(band.High)}"
                    : "–")
                .Prepend($"<code>{Escape(metric)}</code>")
                .ToArray()));
    }

    private static string ClassTable(IReadOnlyList<ReportRun> runs)
    {
        var rows = (from run in runs
            from entry in run.Result.ByClass.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            select new[]
            {
                Escape(entry.Key.Length == 0 ? "(default)" : entry.Key)
                    + (runs.Count > 1 ? $" <i>{Escape(run.Name)}</i>" : ""),
                Number(entry.Value.Completed), Number(entry.Value.Ttft?.P99.Milliseconds),
                Number(entry.Value.Tpot?.P99.Milliseconds),
                Number(entry.Value.E2e?.P99.Milliseconds),
                Percent(entry.Value.SloAttainment),
            }).ToArray();
        return rows.Length == 0 ? "" : Table(
            "By service class (p99 in ms)",
            ["class", "served", "TTFT", "TPOT", "E2E", "SLO attainment"], rows);
    }

    private static string WaitTable(IReadOnlyList<ReportRun> runs)
    {
        var reasons = runs[0].Result.WaitingSeconds.Keys.Order()
            .Where(reason => runs.Any(run => run.Result.WaitingSeconds[reason] > 0))
            .ToArray();
        return reasons.Length == 0 ? "" : Table(
            "What requests in the queue waited for, all their times together",
            ["", .. runs.Select(run => Escape(runs.Count > 1 ? run.Name : "waited"))],
            reasons.Select(reason => runs
                .Select(run => new Seconds(run.Result.WaitingSeconds[reason]).Readable())
                .Prepend(Escape(JsonOutput.Name(reason).Replace('_', ' ')))
                .ToArray()));
    }

    private static string Explained(string metric, string label) =>
        Tip(label, MetricDefinition.Of(metric).Text);

    /// <summary>
    /// A change against the first run, coloured by whether it is one for the better.
    /// </summary>
    private static string Judged(Figure figure, double? from, double? to)
    {
        var change = Change(from, to);
        if (change.Length == 0 || change[0] == '±') return $"<em>{change}</em>";
        var better = (change[0] == '+') == figure.MoreIsBetter;
        return $"<em class=\"{(better ? "better" : "worse")}\">{change}</em>";
    }
}
