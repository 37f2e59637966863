using System.Globalization;
using AccelSim.Metrics;
using AccelSim.Reports;
using AccelSim.Units;

namespace AccelSim.Cli.Output;

/// <summary>Two runs side by side.</summary>
internal static class Comparison
{
    private static readonly string[] Defined =
    [
        "ttft_ms", "tpot_ms", "e2e_ms", "goodput_requests_per_second", "slo_attainment",
        "joules_per_output_token", "usd_per_million_output_tokens",
    ];

    /// <summary>Writes metrics, then what limits each.</summary>
    /// <param name="terminal">Receives them.</param>
    /// <param name="runs">Two, each with its name.</param>
    public static void Write(Terminal terminal, (string Name, SimulatedRun Run)[] runs)
    {
        var (left, right) = (runs[0].Run.Result, runs[1].Run.Result);
        var table = new TextTable("", "metric", ">" + runs[0].Name, ">" + runs[1].Name, ">change");
        foreach (var (name, value) in Metrics())
        {
            var (before, after) = (value(left), value(right));
            table.Row(name, Figures.Number(before), Figures.Number(after), Change(before, after));
        }
        table.Write(terminal);
        foreach (var name in Defined)
        {
            var definition = MetricDefinition.Of(name);
            terminal.Paragraph($"{definition.Label}: {definition.Text}", 4);
        }
        terminal.Paragraph($"Objectives: {RunTables.SloWords(left.Scenario)}", 4);
        terminal.Line();
        Limits(terminal, runs);
    }

    private static IEnumerable<(string Name, Func<RunResult, double> Value)> Metrics()
    {
        yield return ("TTFT P50, ms", result => Milliseconds(result.Metrics.Ttft?.P50));
        yield return ("TTFT P99, ms", result => Milliseconds(result.Metrics.Ttft?.P99));
        yield return ("TPOT P50, ms", result => Milliseconds(result.Metrics.Tpot?.P50));
        yield return ("TPOT P99, ms", result => Milliseconds(result.Metrics.Tpot?.P99));
        yield return ("E2E P50, ms", result => Milliseconds(result.Metrics.E2e?.P50));
        yield return ("output tokens/s", result => result.Metrics.OutputTokensPerSecond);
        yield return ("goodput, requests/s", result => result.Metrics.GoodputRequestsPerSecond);
        yield return ("SLO attainment, %", result => 100 * result.Metrics.SloAttainment);
        yield return ("J/output token", result => result.JoulesPerOutputToken);
        yield return ("USD/M output tokens", result => result.UsdPerMillionOutputTokens);
    }

    private static void Limits(Terminal terminal, (string Name, SimulatedRun Run)[] runs)
    {
        var table = new TextTable("What limits it", "", "phase", ">time", "~share of step time");
        foreach (var (name, run) in runs)
        {
            foreach (var phase in run.Result.Limits)
            {
                table.Row(
                    name, Figures.Name(phase.Kind), phase.Time.ToString(),
                    RunTables.Shares(phase.Shares));
            }
        }
        table.Write(terminal, MetricDefinition.Of("limits").Text);
    }

    private static double Milliseconds(Seconds? time) => time?.Milliseconds ?? double.NaN;

    private static string Change(double before, double after)
    {
        if (!double.IsFinite(before) || !double.IsFinite(after) || before == 0) return "–";
        var percent = (after / before - 1) * 100;
        return Math.Abs(percent) < 0.05
            ? "0 %"
            : percent.ToString("+0.0;−0.0", CultureInfo.InvariantCulture) + " %";
    }
}
