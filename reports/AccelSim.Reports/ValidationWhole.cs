using System.Globalization;
using System.Text;
using AccelSim.Validation;
using CsvHelper;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>The part of a validation on whole systems: deployments, a served run, power.</summary>
internal static class ValidationWhole
{
    private const int MostWorst = 5;

    private const string Method =
        "Deployments are served in a closed loop with the requests in flight that they state; "
        + "the run on the RTX 4090 has its own arrivals, lengths, settings and KV blocks.";

    /// <summary>Sections of <c>docs/fidelity.md</c>.</summary>
    public static void Markdown(StringBuilder page, ValidationResult result)
    {
        if (result.Whole.Count == 0) return;
        page.Append("\n## Whole systems\n\n").Append(Method).Append("\n\n");
        Table(page, ["table", "metric", "kind"], result.Whole.SelectMany(rows => rows.ByKind),
            group => [group.Table, group.Metric, group.Kind]);
        foreach (var rows in result.Whole)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {rows.Count.Table}\n\n");
            Table(page, ["metric", "what"], rows.ByWhat, group => [group.Metric, group.What]);
            page.Append("\nThe worst of each, off by the largest factor:\n\n"
                + "| metric | what | load | predicted | measured |\n|---|---|---|---:|---:|\n");
            foreach (var row in rows.Worst(MostWorst))
            {
                page.Append("| ").AppendJoin(" | ", new[]
                {
                    row.Metric, row.What, row.Shape, Amount(row.Predicted), Amount(row.Measured),
                }).Append(" |\n");
            }
        }
    }

    /// <summary>A section of <c>validation.html</c>.</summary>
    public static string Html(ValidationResult result)
    {
        if (result.Whole.Count == 0) return "";
        var tables = HtmlText.Table(
            "By metric and kind", [.. Keys("table", "metric", "kind")],
            result.Whole.SelectMany(rows => rows.ByKind).Select(group =>
                Cells([group.Table, group.Metric, group.Kind], group.Errors)),
            textColumns: 3);
        foreach (var rows in result.Whole)
        {
            tables += HtmlText.Table(
                rows.Count.Table, [.. Keys("metric", "what")],
                rows.ByWhat.Select(group => Cells([group.Metric, group.What], group.Errors)),
                textColumns: 2);
        }
        return Section("whole", "Whole systems", Method, tables);
    }

    /// <summary>Rows of <c>validation.csv</c>.</summary>
    public static void Csv(CsvWriter csv, ValidationResult result)
    {
        foreach (var group in result.Whole.SelectMany(rows => rows.ByWhat))
        {
            csv.WriteField(result.Rung);
            csv.WriteField($"{group.Table} {group.Metric}");
            csv.WriteField(group.What);
            csv.WriteField(group.Kind);
            csv.WriteField("");
            csv.WriteField<int>(group.Errors.Count);
            csv.WriteField<double>(group.Errors.Median);
            csv.WriteField<double>(group.Errors.Mean);
            csv.WriteField<double>(group.Errors.P90);
            csv.WriteField<double>(group.Errors.Bias);
            csv.WriteField("");
            csv.EndRecord();
        }
    }

    private static void Table(
        StringBuilder page, string[] keys, IEnumerable<WholeGroup> groups,
        Func<WholeGroup, string[]> cells)
    {
        page.Append("| ").AppendJoin(" | ", Keys(keys)).Append(" |\n|");
        foreach (var _ in keys) page.Append("---|");
        page.Append("---:|---:|---:|---:|---:|\n");
        foreach (var group in groups)
        {
            page.Append("| ").AppendJoin(" | ", Plain(cells(group), group.Errors)).Append(" |\n");
        }
    }

    private static IEnumerable<string> Keys(params string[] keys) =>
        [.. keys, "rows", "median", "mean", "P90", "bias"];

    private static string[] Cells(string[] keys, ErrorSummary errors) =>
        [.. Plain(keys, errors).Select(Escape)];

    private static IEnumerable<string> Plain(string[] keys, ErrorSummary errors) =>
    [
        .. keys, errors.Count.ToString("N0", CultureInfo.InvariantCulture), Share(errors.Median),
        Share(errors.Mean), Share(errors.P90),
        (errors.Bias < 0 ? "−" : "+") + Share(Math.Abs(errors.Bias)),
    ];

    private static string Share(double share) =>
        (100 * share).ToString("N1", CultureInfo.InvariantCulture) + " %";

    private static string Amount(double value) =>
        value.ToString("G4", CultureInfo.InvariantCulture);
}
