using System.Globalization;
using System.Text;
using AccelSim.Validation;

namespace AccelSim.Reports;

/// <summary>Writes <c>docs/fidelity.md</c>: how far the cost model is to be trusted.</summary>
public static class ValidationMarkdown
{
    /// <summary>The page.</summary>
    /// <param name="shipped">With the figures that the shipped files state.</param>
    /// <param name="calibrated">With figures fitted without each row's site; or null.</param>
    /// <param name="sheetOnly">With figures of other devices; or null.</param>
    public static string Text(
        ValidationResult shipped, ValidationResult? calibrated = null,
        ValidationResult? sheetOnly = null)
    {
        ArgumentNullException.ThrowIfNull(shipped);
        var flags = calibrated is null && sheetOnly is null
            ? ""
            : "--folds 5 --transfer-from a100-sxm-80gb,h100-sxm";
        return
            $"""
            # How far to trust the numbers: the {shipped.Rung} rung

            Status: generated from measured tables by
            `accelsim validate --tables ../shared/groundtruth --markdown docs/fidelity.md {flags}`;
            do not edit.

            """.Replace(" `;", "`;", StringComparison.Ordinal).ReplaceLineEndings("\n")
            + ValidationGoals.Section(shipped, calibrated, sheetOnly) + "\n" + Shipped(shipped);
    }

    /// <summary>The part about the figures that the shipped files state.</summary>
    public static string Shipped(ValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var page = new StringBuilder();
        page.Append("## The figures as shipped\n\n").Append(Verdict(result))
            .Append(Method.ReplaceLineEndings("\n"));
        ValidationWhole.Markdown(page, result);
        page.Append("\n## By operator and device\n\n");
        Table(page, result.ByDevice, ["operator", "device"], group => [group.Device]);
        page.Append("\n## By format\n\n");
        Table(
            page, result.ByFormat, ["operator", "device", "format"],
            group => [group.Device, group.Format]);
        page.Append("\n## By regime\n\nWhat the model says that the rows wait for.\n\n");
        Table(
            page, result.Groups, ["operator", "device", "format", "regime"],
            group => [group.Device, group.Format, JsonOutput.Name(group.Regime!.Value)]);
        Worst(page, result);
        Counts(page, result);
        return page.ToString();
    }

    private static string Verdict(ValidationResult result) => result.Overall is { } overall
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"Over {overall.Count:N0} measured kernel times the median absolute error is "
            + $"**{Percent(overall.Median)}** (mean {Percent(overall.Mean)}, P90 "
            + $"{Percent(overall.P90)}, bias {Signed(overall.Bias)}).\n")
            + (result.Rung == "roofline" ? Plain : "")
        : "No row was judged.\n";

    private const string Plain =
        "**This rung is far off**: a data sheet promises peaks that kernels do not reach, and "
        + "small kernels\nwait for what no data sheet states. Use it for lower bounds and ratios, "
        + "not for values. Nothing in it\nis fitted to these tables. Calibrated rungs are to "
        + "come; they will be judged by the same command.\n";

    private const string Method =
        """

        ## What is compared

        - The error of a row is predicted / measured − 1. Median, mean and P90 (nearest rank) are
          of its absolute value; bias is its median, below zero where the prediction is too short.
          Every row counts once, from tiny to huge shapes, whatever library measured it.
        - Each row becomes the operators that simulations price, on the shipped device file, each
          with its launch. A row of experts is two grouped products, the activation between them
          and the weighted sum, under the load that the collector drew: balanced, or a power law
          over the experts, of which the busiest rank was timed. Experts are gated but those of
          Nemotron 3 (22 of 512, width 2048). Of several ranks, SGLang's rows include the picks of
          other ranks on the first expert. All-reduces are judged against the kernels that ran
          them: the library's, or an engine's with barriers or flags; those that an engine
          launched without a graph show the host's time and are skipped. Latent attention has the
          head sizes of DeepSeek-V3, which the table does not state, and none of its projections.
        - A prediction has a band. The roofline's goes from everything overlapped to nothing
          overlapped and promises nothing; other rungs state 90 % bands, which hold 85 to 95 % of
          rows that were not fitted to if they are honest. `in band` is the share measured within.
        - Formats that a device does not compute in are expanded to bf16, as in simulations; the
          format then reads `… as bf16`. Rows that cannot be priced are counted under Rows.
        - The tables have quirks: fp8 products include quantising the activations; fp8_block rows
          of one library were timed without graphs (55 to 280 µs at least), and so were all of
          b60's; operands smaller than the last-level cache stay in it; A100 decode attention of
          one library beats its memory's bandwidth, which is not physical. They are judged all the
          same: nothing is taken out. Another library's kernel on the same device differs by 1 to
          7 % (median), which no model can undercut.

        """;

    private static void Table(
        StringBuilder page, IReadOnlyList<ErrorGroup> groups, string[] keys,
        Func<ErrorGroup, string[]> cells)
    {
        page.Append("| ").AppendJoin(" | ", keys)
            .Append(" | rows | median | mean | P90 | bias | in band |\n|");
        foreach (var _ in keys) page.Append("---|");
        page.Append("---:|---:|---:|---:|---:|---:|\n");
        foreach (var group in groups)
        {
            var errors = group.Errors;
            page.Append("| ").Append(group.Operator).Append(" | ")
                .AppendJoin(" | ", cells(group)).Append(" | ").AppendJoin(" | ", new[]
                {
                    Whole(errors.Count), Percent(errors.Median), Percent(errors.Mean),
                    Percent(errors.P90), Signed(errors.Bias), Percent(errors.Coverage),
                }).Append(" |\n");
        }
    }

    private static void Worst(StringBuilder page, ValidationResult result)
    {
        page.Append("\n## Worst shapes\n\nOff by the largest factor.\n\n"
            + "| operator | device | format | shape | predicted, µs | measured, µs |\n"
            + "|---|---|---|---|---:|---:|\n");
        foreach (var row in result.Worst)
        {
            page.Append("| ").AppendJoin(" | ", new[]
            {
                row.Operator, row.Device, row.Format, row.Shape,
                HtmlText.Number(row.Predicted * 1e6), HtmlText.Number(row.Measured * 1e6),
            }).Append(" |\n");
        }
    }

    private static void Counts(StringBuilder page, ValidationResult result)
    {
        page.Append("\n## Rows\n\n| table | rows | judged | skipped | left out |\n"
            + "|---|---:|---:|---:|---:|\n");
        foreach (var count in result.AllTables)
        {
            page.Append("| ").AppendJoin(" | ", count.IsThere
                ? [
                    count.Table, Whole(count.Rows), Whole(count.Judged), Whole(count.Skipped),
                    Whole(count.LeftOut),
                ]
                : [count.Table, "not there", "", "", ""]).Append(" |\n");
        }
        if (result.AllSkipped.Count > 0) page.Append('\n');
        foreach (var (table, reason, rows) in result.AllSkipped)
            page.Append("- ").Append($"{Whole(rows)} of {table}: {reason}\n");
    }

    private static string Whole(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) =>
        (100 * share).ToString("N1", CultureInfo.InvariantCulture) + " %";

    private static string Signed(double share) =>
        (share < 0 ? "−" : "+") + Percent(Math.Abs(share));
}
