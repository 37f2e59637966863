using System.Globalization;
using System.Text;
using AccelSim.Metrics;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>Writes <c>report.html</c>: one file that opens offline.</summary>
/// <remarks>
/// Same input, same bytes: no clock, no random names, and what simulating cost stays out. Charts
/// are
/// Apache ECharts, which the file holds; every chart has its numbers in a table.
/// </remarks>
public static class HtmlReport
{
    /// <summary>A report on one run.</summary>
    /// <param name="result">The run.</param>
    /// <param name="recorder">What listened to it, for the timeline; null leaves that out.</param>
    /// <param name="context">How to repeat it.</param>
    public static string Text(RunResult result, RunRecorder? recorder, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Page([new ReportRun(HardwareOf(result), result, recorder)], context);
    }

    /// <summary>Writes a report on one run as UTF-8; the stream stays open.</summary>
    public static void Write(
        Stream stream, RunResult result, RunRecorder? recorder, RunContext context) =>
        Write(stream, Text(result, recorder, context));

    /// <summary>Writes a comparison as UTF-8; the stream stays open.</summary>
    public static void Write(
        Stream stream, IReadOnlyList<ReportRun> runs, RunContext context) =>
        Write(stream, Compare(runs, context));

    /// <summary>Runs side by side; changes are against the first.</summary>
    /// <param name="runs">With different names.</param>
    /// <param name="context">How to repeat them.</param>
    public static string Compare(
        IReadOnlyList<(string Name, RunResult Result)> runs, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return Compare([.. runs.Select(run => new ReportRun(run.Name, run.Result))], context);
    }

    /// <summary>Runs side by side, with timelines where they were recorded.</summary>
    public static string Compare(IReadOnlyList<ReportRun> runs, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0)
            throw new ArgumentException("There is nothing to compare.", nameof(runs));
        return Page(runs, context);
    }

    private static void Write(Stream stream, string page)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Encoding.UTF8.GetBytes(page));
    }

    private static string Page(IReadOnlyList<ReportRun> runs, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var first = runs[0].Result;
        var title = first.Scenario.Model + " on "
            + string.Join(" and ", runs.Select(run => run.Name));
        return HtmlPage.Text(title, Body(runs, title, context), ChartData.Json(runs), "report.js");
    }

    private static string Body(IReadOnlyList<ReportRun> runs, string title, RunContext context) =>
        Header(runs, title)
        + HtmlMetrics.Tiles(runs)
        + (runs.Count > 1 ? HtmlFacts.Differences(runs) : "")
        + HtmlLimits.Section(runs)
        + HtmlMetrics.Section(runs)
        + HtmlMetrics.Distributions(runs)
        + Timeline(runs)
        + HtmlLedgers.Section(runs)
        + HtmlMemory.Section(runs)
        + HtmlLimits.Provenances(runs)
        + HtmlFacts.Formats(runs)
        + HtmlFacts.Section(runs)
        + Footer(runs[0].Result, context);

    private static string Header(IReadOnlyList<ReportRun> runs, string title)
    {
        var first = runs[0].Result;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Requests.Count:N0} requests of {first.WorkloadOrigin}; "
            + $"{DeploymentText.Of(first.Deployments)}; "
            + $"{DeploymentText.Engines(first.Deployments)}; "
            + $"cost model {first.Scenario.CostModel}");
        return $"<header><p class=\"brand\">AccelSim</p><h1>{Escape(title)}</h1>"
            + $"<p>{Escape(text)}{Escape(Slo(first))}</p></header>\n";
    }

    private static string Slo(RunResult result)
    {
        var slo = result.Scenario.Slo;
        var parts = new[] { ("TTFT", slo.Ttft), ("TPOT", slo.Tpot), ("E2E", slo.E2e) }
            .Where(pair => pair.Item2 is not null)
            .Select(pair => $"{pair.Item1} ≤ {pair.Item2}");
        var text = string.Join(", ", parts);
        return text.Length == 0 ? "" : "; SLO " + text;
    }

    private static string Timeline(IReadOnlyList<ReportRun> runs)
    {
        var recorded = runs.Where(run => run.Recorder is { Steps.Count: > 0 }).ToArray();
        if (recorded.Length == 0) return "";
        var table = string.Concat(recorded.Select(run =>
        {
            var bins = TimelineBins.Of(run.Result, run.Recorder!, 12)!;
            return Table(
                Escape("Means over twelfths of the run" + (runs.Count > 1 ? ", " + run.Name : "")),
                ["from, s", "not yet started", "running", "KV in use", "watts"],
                bins.Starts.Select((start, i) => new[]
                {
                    Number(start), Number(bins.Queue[i]), Number(bins.Running[i]),
                    Percent(bins.KvShare[i]), Number(bins.Watts[i]),
                }));
        }));
        return Section(
            "timeline", "Over time",
            "Averages over equal stretches, all replicas together: requests that came and have not "
            + "been in a step yet, sequences in the steps under way, KV blocks in use, power of "
            + "the accelerators.",
            Chart("chart-timeline", "Queue, batch, KV cache and power over time", 520, table));
    }

    private static string Footer(RunResult result, RunContext context)
    {
        var inputs = context.Inputs.Select(input => new[]
        {
            Escape(input.Role), $"<code>{Escape(input.File)}</code>",
            $"<code>{input.Sha256}</code>",
        });
        return "<footer>\n<h2>Repeat this run</h2>\n"
            + $"<pre>{Escape(context.Command)}</pre>\n"
            + string.Create(
                CultureInfo.InvariantCulture,
                $"<p>AccelSim {Escape(context.Version)}, seed {result.Scenario.Seed}.</p>\n")
            + Table("Inputs", ["role", "file", "SHA-256"], inputs, textColumns: 9)
            + "<p>Charts: Apache ECharts 6.1.0, Apache License 2.0.</p>\n</footer>\n";
    }

    private static string HardwareOf(RunResult result) => string.Join(
        " and ", result.Deployments.Select(deployment => deployment.Hardware.Id).Distinct());
}
