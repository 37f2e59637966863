using System.Globalization;
using AccelSim.Validation;

namespace AccelSim.Cli.Output;

/// <summary>What a validation prints.</summary>
internal static class ValidationTables
{
    /// <summary>Writes everything but the decisive line.</summary>
    public static void Write(Terminal terminal, ValidationResult result)
    {
        if (result.Groups.Count > 0) Groups(terminal, result);
        Whole(terminal, result);
        Worst(terminal, result);
        Counts(terminal, result);
    }

    private static void Groups(Terminal terminal, ValidationResult result)
    {
        var table = new TextTable(
            $"Errors of the {result.Rung} rung", "operator", "device", "~format", "regime", ">rows",
            ">median", ">mean", ">p90", ">bias", ">in band");
        foreach (var group in result.Groups)
        {
            var errors = group.Errors;
            table.Row(
                group.Operator, group.Device, group.Format, Figures.Name(group.Regime!.Value),
                Figures.Whole(errors.Count), Percent(errors.Median), Percent(errors.Mean),
                Percent(errors.P90), Signed(errors.Bias), Percent(errors.Coverage));
        }
        table.Write(terminal,
            "Error: predicted / measured − 1; median, mean and P90 are of its absolute value, bias "
            + "is its median. Regime: what the model says the rows wait for. In band: rows "
            + "measured " + (result.Rung == "roofline"
                ? "between all overlapped and nothing overlapped."
                : "within the 90 % band of their prediction."));
    }

    private static void Whole(Terminal terminal, ValidationResult result)
    {
        if (result.Whole.Count == 0) return;
        var table = new TextTable(
            "Whole systems", "table", "metric", "kind", ">rows", ">median", ">mean", ">p90",
            ">bias");
        foreach (var group in result.Whole.SelectMany(rows => rows.ByKind))
        {
            var errors = group.Errors;
            table.Row(
                group.Table, group.Metric, group.Kind, Figures.Whole(errors.Count),
                Percent(errors.Median), Percent(errors.Mean), Percent(errors.P90),
                Signed(errors.Bias));
        }
        table.Write(terminal, "Errors by model, device and engine stand in the files.");
    }

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) =>
        (100 * share).ToString("N1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A share in percent with its sign.</summary>
    public static string Signed(double share) =>
        (share < 0 ? "−" : "+") + Percent(Math.Abs(share));

    private static void Worst(Terminal terminal, ValidationResult result)
    {
        if (result.Worst.Count == 0) return;
        var table = new TextTable(
            "Worst shapes", "operator", "device", "format", "~shape", ">line", ">predicted",
            ">measured");
        foreach (var row in result.Worst)
        {
            table.Row(
                row.Operator, row.Device, row.Format, row.Shape, Figures.Whole(row.Line),
                Microseconds(row.Predicted), Microseconds(row.Measured));
        }
        table.Write(
            terminal, "Off by the largest factor, too long or too short; times in microseconds.");
    }

    private static void Counts(Terminal terminal, ValidationResult result)
    {
        var table = new TextTable(
            "Rows", "table", ">rows", ">judged", ">skipped", ">left out");
        foreach (var count in result.AllTables.Where(count => count.IsThere))
        {
            table.Row(
                count.Table, Figures.Whole(count.Rows), Figures.Whole(count.Judged),
                Figures.Whole(count.Skipped), Figures.Whole(count.LeftOut));
        }
        table.Write(terminal, "Left out: rows of devices that --devices does not name.");
        foreach (var skipped in result.AllSkipped)
        {
            terminal.Paragraph(
                $"Skipped {Figures.Plural(skipped.Rows, "row")} of {skipped.Table}: "
                + $"{skipped.Reason}", 4);
        }
        foreach (var count in result.Tables.Where(count => !count.IsThere))
            terminal.Line($"Not there: {count.Table}.csv.gz");
    }

    private static string Microseconds(double seconds) => Figures.Number(seconds * 1e6);
}
