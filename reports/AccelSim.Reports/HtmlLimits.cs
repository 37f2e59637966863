using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Serving;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>What limits each phase, and how well founded the answer is.</summary>
internal static class HtmlLimits
{
    /// <summary>The section on limits.</summary>
    public static string Section(IReadOnlyList<ReportRun> runs)
    {
        var bars = runs.Sum(run => run.Result.Limits.Count);
        var rows = from kind in Enum.GetValues<StepKind>()
            from run in runs
            from phase in run.Result.Limits
            where phase.Kind == kind
            from share in phase.Shares
            select Row(runs, run, phase, share);
        return HtmlText.Section(
            "limits", "What limits each phase", string.Join("<br>", runs.Select(
                run => Sentence(runs, run))),
            Chart("chart-limits", "Share of step time by the resource to blame", 90 + 40 * bars, "")
                + "<details><summary>The numbers behind it</summary>\n" + Table(
                    "Share of step time by the resource to blame",
                    ["phase", "resource", "rate", "facts", "rests on", "share", "seconds"],
                    rows, textColumns: 5)
                + "</details>\n");
    }

    /// <summary>The section on provenance.</summary>
    public static string Provenances(IReadOnlyList<ReportRun> runs)
    {
        var rows = Enum.GetValues<Provenance>()
            .Where(tag => runs.Any(run => run.Result.ProvenanceShares.GetValueOrDefault(tag) > 0))
            .Select(tag => runs
                .Select(run => Percent(run.Result.ProvenanceShares.GetValueOrDefault(tag)))
                .Prepend(Tag(tag))
                .ToArray());
        return HtmlText.Section(
            "provenance", "What the time rests on",
            Escape(MetricDefinition.Of("provenance").Text),
            Chart(
                "chart-provenance", "Share of step time by provenance", 80 + 40 * runs.Count,
                Table(
                    "Share of step time by provenance",
                    ["rests on", .. runs.Select(
                        run => Escape(runs.Count > 1 ? run.Name : "share"))],
                    rows))
                + Domain(runs));
    }

    /// <summary>How much stands on measured ground; rungs that fit nothing say nothing.</summary>
    private static string Domain(IReadOnlyList<ReportRun> runs)
    {
        if (runs.All(run => run.Result.Domain.Fitted == 0)) return "";
        var shares = new (string Name, Func<PriceDomain, double> Of)[]
        {
            ("within the sizes measured on this device", domain => domain.Inside),
            ("by figures of other devices, within their sizes", domain => domain.Transferred),
            ("by fitted figures, beyond the sizes measured", domain => domain.Outside),
            ("by the data sheet and fixed costs", domain => domain.Sheet),
        };
        var beyond = runs.SelectMany(run => run.Result.Domain.Beyond.Select(one =>
            $"<li>{Escape((runs.Count > 1 ? run.Name + ": " : "") + DomainText.Beyond(one))}"
            + "</li>")).ToArray();
        return Table(
                Tip("Domain", MetricDefinition.Of("domain").Text),
                ["priced", .. runs.Select(run => Escape(runs.Count > 1 ? run.Name : "share"))],
                shares.Select(share => runs
                    .Select(run => Percent(share.Of(run.Result.Domain)))
                    .Prepend(Escape(share.Name))
                    .ToArray()))
            + (beyond.Length == 0 ? "" : $"<ul>{string.Concat(beyond)}</ul>\n");
    }

    private static string Sentence(IReadOnlyList<ReportRun> runs, ReportRun run)
    {
        var phases = run.Result.Limits.Select(phase =>
            $"{JsonOutput.Name(phase.Kind)} steps wait most for {phase.Shares[0].Resource.Name} "
            + $"({Percent(phase.Shares[0].Share)} of their time)").ToArray();
        if (phases.Length == 0) return "";
        var text = string.Join(", ", phases) + ".";
        return runs.Count > 1
            ? $"<b>{Escape(run.Name)}</b>: {Escape(text)}"
            : Escape(char.ToUpperInvariant(text[0]) + text[1..]);
    }

    private static string[] Row(
        IReadOnlyList<ReportRun> runs, ReportRun run, PhaseLimits phase, ResourceShare share) =>
    [
        JsonOutput.Name(phase.Kind) + (runs.Count > 1 ? $" <i>{Escape(run.Name)}</i>" : ""),
        Escape(share.Resource.Name),
        Escape(share.Resource.Formula),
        string.Join("<br>", share.Resource.Facts.Select(Fact)),
        Tag(share.Resource.Tag),
        Percent(share.Share),
        Number(share.Share * phase.Time.Value),
    ];

    private static string Fact(FactSource fact) =>
        $"{Escape(fact.Text)} <small>{Escape(HtmlFacts.Where(fact))}</small>";
}
