using System.Globalization;
using AccelSim.Validation;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>Writes <c>validation.html</c>: predicted against measured, in one file.</summary>
/// <remarks>Same input, same bytes. The plot shows a sample; the tables count every row.</remarks>
public static class ValidationHtml
{
    /// <summary>The page.</summary>
    public static string Text(ValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return HtmlPage.Text(
            $"Validation of the {result.Rung} rung", Body(result), Data(result), "validation.js");
    }

    private static string Body(ValidationResult result)
    {
        var overall = result.Overall is { } errors
            ? $"Median absolute error {Percent(errors.Median)} over "
                + string.Create(CultureInfo.InvariantCulture, $"{errors.Count:N0} measured rows.")
            : "No row was judged.";
        return "<header><p class=\"brand\">AccelSim</p>"
            + $"<h1>Validation of the {Escape(result.Rung)} rung</h1>"
            + $"<p>{Escape(overall)}</p></header>\n"
            + Section(
                "scatter", "Predicted against measured",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A point is one row of a table, {result.Points.Count:N0} evenly spaced ones "
                    + $"of all. On the line the prediction is right; below it the kernel was "
                    + $"slower than predicted."),
                Chart("chart-scatter", "Predicted against measured times, log-log", 560, ""))
            + Section("errors", "Errors", Definition, Groups(result))
            + ValidationWhole.Html(result)
            + Section("worst", "Worst shapes", "Off by the largest factor.", Worst(result))
            + Section("rows", "Rows", "Every row is judged, skipped or left out.", Counts(result))
            + "<footer><p>Charts: Apache ECharts 6.1.0, Apache License 2.0.</p></footer>\n";
    }

    private const string Definition =
        "Error: predicted / measured − 1. Median, mean and P90 are of its absolute value, bias is "
        + "its median. Regime: what the model says the rows wait for. In band: measured within the "
        + "band of the prediction.";

    private static string Groups(ValidationResult result) => Table(
        "By operator, device, format and regime",
        ["operator", "device", "format", "regime", "rows", "median", "mean", "P90", "bias",
            "in band"],
        result.Groups.Select(group => new[]
        {
            Escape(group.Operator), Escape(group.Device), Escape(group.Format),
            JsonOutput.Name(group.Regime!.Value), Number(group.Errors.Count),
            Percent(group.Errors.Median), Percent(group.Errors.Mean), Percent(group.Errors.P90),
            Percent(group.Errors.Bias), Percent(group.Errors.Coverage),
        }),
        textColumns: 4);

    private static string Worst(ValidationResult result) => Table(
        "Times in microseconds",
        ["operator", "device", "format", "shape", "line", "predicted", "measured"],
        result.Worst.Select(row => new[]
        {
            Escape(row.Operator), Escape(row.Device), Escape(row.Format), Escape(row.Shape),
            Number(row.Line), Number(row.Predicted * 1e6), Number(row.Measured * 1e6),
        }),
        textColumns: 4);

    private static string Counts(ValidationResult result) =>
        Table(
            "Tables", ["table", "rows", "judged", "skipped", "left out"],
            result.AllTables.Select(count => count.IsThere
                ? new[]
                {
                    Escape(count.Table), Number(count.Rows), Number(count.Judged),
                    Number(count.Skipped), Number(count.LeftOut),
                }
                : [Escape(count.Table), "not there", "", "", ""]))
        + (result.AllSkipped.Count == 0
            ? ""
            : Table(
                "Skipped", ["table", "reason", "rows"],
                result.AllSkipped.Select(skipped => new[]
                {
                    Escape(skipped.Table), Escape(skipped.Reason), Number(skipped.Rows),
                }),
                textColumns: 2));

    /// <summary>Points by operator: measured and predicted in microseconds, and what.</summary>
    private static string Data(ValidationResult result) => JsonOutput.Text(stream =>
    {
        using var json = JsonOutput.Writer(stream, indented: false);
        json.WriteStartObject();
        json.WriteStartObject("series");
        foreach (var series in result.Points.GroupBy(point => point.Operator))
        {
            json.WriteStartArray(series.Key);
            foreach (var point in series)
            {
                json.WriteStartArray();
                json.WriteNumberValue(Rounded(point.Measured));
                json.WriteNumberValue(Rounded(point.Predicted));
                json.WriteStringValue($"{point.Device}, {point.Format}, line {point.Line}");
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static double Rounded(double seconds) =>
        double.Parse(
            (seconds * 1e6).ToString("G4", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
}
