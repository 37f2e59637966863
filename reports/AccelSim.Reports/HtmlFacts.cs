using System.Globalization;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Serving;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>The hardware facts that a run rests on, and how runs' hardware differs.</summary>
internal static class HtmlFacts
{
    /// <summary>The facts used, with tags and lines.</summary>
    public static string Section(IReadOnlyList<ReportRun> runs)
    {
        var tables = string.Concat(
            from run in runs
            from deployment in run.Result.Deployments.Distinct()
            select Facts(HtmlMemory.Label(runs, run, deployment), deployment));
        return HtmlText.Section(
            "facts", "Hardware facts used",
            "Every figure of the hardware file that entered the result, with the line it stands "
            + "in. Facts of <code>estimators.json</code> fill what a file leaves out.",
            tables);
    }

    /// <summary>
    /// What differs between the hardware of the first run and that of the others.
    /// </summary>
    public static string Differences(IReadOnlyList<ReportRun> runs)
    {
        var leaves = runs.Select(run => run.Result.Deployments[0].Hardware.Leaves
            .ToDictionary(leaf => leaf.Path, leaf => leaf.Text)).ToArray();
        var rows = leaves.SelectMany(own => own.Keys)
            .Distinct()
            .Where(path => leaves.Select(own => own.GetValueOrDefault(path)).Distinct().Count() > 1)
            .Select(path => leaves
                .Select(own => Escape(own.GetValueOrDefault(path) ?? "–"))
                .Prepend($"<code>{Escape(path)}</code>")
                .ToArray())
            .ToArray();
        return HtmlText.Section(
            "differences", "What differs", rows.Length == 0
                ? "The hardware of all runs is the same."
                : "",
            rows.Length == 0 ? "" : Table(
                "Fields of the hardware files that differ",
                ["field", .. runs.Select(run => Escape(run.Name))], rows, textColumns: 9));
    }

    /// <summary>The formats that tensors have, and why.</summary>
    public static string Formats(IReadOnlyList<ReportRun> runs)
    {
        var rows = (from run in runs
            from deployment in run.Result.Deployments.Distinct()
            let formats = deployment.Graph.Formats
            select new[]
            {
                Escape(HtmlMemory.Label(runs, run, deployment)),
                JsonOutput.Name(formats.Linear.Format), JsonOutput.Name(formats.Kv),
                JsonOutput.Name(formats.Activation), JsonOutput.Name(formats.LinearCompute),
                JsonOutput.Name(formats.AttentionCompute),
                string.Join("<br>", formats.Notes.Select(Escape)),
            }).ToArray();
        return HtmlText.Section("formats", "Number formats", "", Table(
            "Formats by what they are for",
            ["", "weights", "KV cache", "activations", "linear layers compute in",
                "attention computes in", "notes"],
            rows, textColumns: 9));
    }

    /// <summary>File and line of a fact.</summary>
    public static string Where(FactSource fact) => fact.Line == 0
        ? fact.File
        : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(fact.File)}:{fact.Line}");

    private static string Facts(string label, Deployment deployment)
    {
        var rows = Used(deployment)
            .GroupBy(used => used.Fact)
            .OrderBy(group => group.Key.File, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Line)
            .ThenBy(group => group.Key.Path, StringComparer.Ordinal)
            .Select(group => new[]
            {
                $"<code>{Escape(group.Key.Path)}</code>",
                Escape(group.Key.Text),
                Tag(group.Key.Tag),
                Escape(string.Join(", ", group.Select(used => used.By).Distinct())),
                Escape(group.Key.Reference),
                $"<small>{Escape(Where(group.Key))}</small>",
            });
        return Table(
            Escape(label), ["fact", "value", "rests on", "used for", "source", "line"], rows,
            textColumns: 9);
    }

    private static IEnumerable<(FactSource Fact, string By)> Used(Deployment deployment)
    {
        foreach (var stage in deployment.Stages)
        {
            foreach (var resource in stage.Model.Resources)
            {
                foreach (var fact in resource.Facts) yield return (fact, resource.Name);
                if (resource.EnergyFact is { } energy)
                    yield return (energy, resource.Name + " energy");
            }
        }
        var device = deployment.Device;
        yield return (device.Capacity.Source, "memory budget");
        yield return (device.RuntimeReserve.Source, "memory budget");
        yield return (device.Idle.Source, "idle energy");
        yield return (device.PricePerHour.Source, "cost");
        if (device.PriceIncludesElectricity) yield break;
        yield return (device.Electricity.Source, "cost");
        yield return (device.PowerUsageEffectiveness.Source, "cost");
    }
}
