using AccelSim.Metrics;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>Where energy and money went.</summary>
internal static class HtmlLedgers
{
    /// <summary>The section.</summary>
    public static string Section(IReadOnlyList<ReportRun> runs)
    {
        var height = 90 + 44 * runs.Count;
        var energy = Chart(
            "chart-energy", "Energy per output token by component", height,
            Ledger(runs, "Energy", "J", run => run.Energy, run => run.Joules));
        var cost = Chart(
            "chart-cost", "Cost per million output tokens by component", height,
            Ledger(runs, "Cost", "USD", run => run.Cost, run => run.Usd));
        return HtmlText.Section(
            "ledgers", "Energy and cost",
            "The energy ledger adds up operations, bytes moved and idling; the cost ledger adds up "
            + "price × time and electricity.",
            $"<div class=\"two\"><div>{energy}</div><div>{cost}</div></div>\n");
    }

    private static string Ledger(
        IReadOnlyList<ReportRun> runs, string name, string unit,
        Func<RunResult, IReadOnlyList<LedgerEntry>> ledger, Func<RunResult, double> total) =>
        string.Concat(runs.Select(run => Table(
            Escape($"{name} by component{(runs.Count > 1 ? ", " + run.Name : "")}; in all "
                + $"{Number(total(run.Result))} {unit}"),
            ["component", "rests on", unit, "share"],
            ledger(run.Result).Select(entry => new[]
            {
                Escape(entry.Component), Tag(entry.Tag), Number(entry.Amount),
                Percent(entry.Amount / total(run.Result)),
            }),
            textColumns: 2)));
}
