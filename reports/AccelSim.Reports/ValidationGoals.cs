using System.Globalization;
using System.Text;
using AccelSim.Costs;
using AccelSim.Validation;

namespace AccelSim.Reports;

/// <summary>Writes what the cost model is asked to reach, and what it reached.</summary>
internal static class ValidationGoals
{
    private const string Text =
        """

        ## What it must reach, and what it reaches

        Absolute errors, median / P90, each beside what is asked for; **bold** where it is missed.
        Calibrated: figures fitted to the device, each row predicted by a fit that did not see its
        site (weight shape, head configuration, expert layout, message size). Sheet only: figures
        fitted to other devices, this one known by its data sheet alone. In band: rows measured
        within the 90 % band of their prediction, whose spread did not see them either.


        """;

    /// <summary>The section; nothing where neither was judged.</summary>
    /// <param name="shipped">Judges systems of calibrated devices.</param>
    /// <param name="calibrated">Kernels with figures that did not see their site.</param>
    /// <param name="sheetOnly">Kernels and systems with figures of other devices.</param>
    public static string Section(
        ValidationResult shipped, ValidationResult? calibrated, ValidationResult? sheetOnly)
    {
        if (calibrated is null && sheetOnly is null) return "";
        var page = new StringBuilder(Text.ReplaceLineEndings("\n"));
        page.Append("| | device | rows | calibrated | asked for | in band | sheet only | asked for "
            + "| in band |\n")
            .Append("|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var goal in Goal.All)
        {
            var fitted = Of(calibrated, goal);
            var carried = Of(sheetOnly, goal);
            foreach (var device in fitted.Concat(carried).Select(cell => cell.Device)
                .Distinct().Order(StringComparer.Ordinal))
            {
                var (own, lent) = (At(fitted, device), At(carried, device));
                page.Append("| ").AppendJoin(" | ", new[]
                {
                    device.Length == 0 ? goal.Name : "",
                    device.Length == 0 ? "all" : device,
                    Whole((own ?? lent)!.Errors.Count),
                    Reached(own?.Errors, goal.Calibrated), Asked(goal.Calibrated), Covered(own),
                    Reached(lent?.Errors, goal.SheetOnly), Asked(goal.SheetOnly), Covered(lent),
                }).Append(" |\n");
            }
        }
        Systems(page, shipped, sheetOnly);
        Engines(page);
        Worst(page, "calibrated", calibrated);
        Worst(page, "sheet only", sheetOnly);
        using var misses = typeof(ValidationGoals).Assembly
            .GetManifestResourceStream("misses.md")!;
        using var reader = new StreamReader(misses);
        return page.Append('\n').Append(reader.ReadToEnd()).ToString();
    }

    /// <summary>Rows of the table on whole systems.</summary>
    private static void Systems(
        StringBuilder page, ValidationResult shipped, ValidationResult? sheetOnly)
    {
        foreach (var goal in WholeGoal.All)
        {
            var own = goal.Calibrated is null ? null : goal.Of(shipped);
            var lent = goal.Of(sheetOnly);
            if ((own ?? lent) is null) continue;
            page.Append("| ").AppendJoin(" | ", new[]
            {
                goal.Name, "all", Whole((own ?? lent)!.Count), Reached(own, goal.Calibrated),
                Asked(goal.Calibrated), "–", Reached(lent, goal.SheetOnly),
                Asked(goal.SheetOnly), "–",
            }).Append(" |\n");
        }
    }

    /// <summary>Host times see the deployments: how far off they are where they did not.</summary>
    private static void Engines(StringBuilder page)
    {
        page.Append("\nDeployments, calibrated: kernels as shipped, and host times of engine "
            + "profiles, which are\nfitted to deployments. On sites (model, accelerator, engine) "
            + "that a fit did not see:\n\n");
        foreach (var id in EngineCatalog.Ids)
        {
            if (EngineCatalog.Open(id).Host.PerStep is not { } host) continue;
            page.Append("- ").Append(id).Append(": ").Append(host.Source.Reference).Append('\n');
        }
    }

    private static List<GoalCell> Of(ValidationResult? result, Goal goal) =>
        [.. (result?.Goals ?? []).Where(cell => cell.Goal == goal)];

    private static GoalCell? At(List<GoalCell> cells, string device) =>
        cells.Find(cell => cell.Device == device);

    private static string Reached(ErrorSummary? errors, GoalErrors? asked)
    {
        if (errors is null || asked is null) return "–";
        return Bold(errors.Median, asked.Median) + " / "
            + Bold(errors.P90, asked.P90 ?? double.PositiveInfinity) + " %";
    }

    private static string Covered(GoalCell? cell) => cell is null
        ? "–"
        : (100 * cell.Errors.Coverage).ToString("N1", CultureInfo.InvariantCulture) + " %";

    private static string Bold(double error, double asked)
    {
        var text = (100 * error).ToString("N1", CultureInfo.InvariantCulture);
        return error > asked ? $"**{text}**" : text;
    }

    private static string Asked(GoalErrors? asked) => asked is null ? "–" : string.Create(
        CultureInfo.InvariantCulture,
        $"{100 * asked.Median:0}{(asked.P90 is { } p90 ? $" / {100 * p90:0}" : "")} %");

    private static void Worst(StringBuilder page, string name, ValidationResult? result)
    {
        if (result is null) return;
        page.Append(CultureInfo.InvariantCulture,
            $"\n### Worst misses, {name}\n\nFive for each goal, off by the largest factor.\n\n")
            .Append("| goal | device | format | shape | predicted, µs | measured, µs |\n")
            .Append("|---|---|---|---|---:|---:|\n");
        foreach (var cell in result.Goals.Where(cell => cell.Device.Length == 0))
        {
            foreach (var row in cell.Worst)
            {
                page.Append("| ").AppendJoin(" | ", new[]
                {
                    cell.Goal.Name, row.Device, row.Format, row.Shape,
                    HtmlText.Number(row.Predicted * 1e6), HtmlText.Number(row.Measured * 1e6),
                }).Append(" |\n");
            }
        }
    }

    private static string Whole(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
