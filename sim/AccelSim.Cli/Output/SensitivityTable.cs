using System.Globalization;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Elasticities as a table.</summary>
internal static class SensitivityTable
{
    /// <summary>Less than this is called no reaction.</summary>
    private const double Least = 0.0005;

    /// <summary>Writes it.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<FieldSensitivity> fields)
    {
        var moving = fields.Where(field => field.Strongest >= Least).ToArray();
        string[] metrics = [.. fields.SelectMany(field => field.Measured.Keys).Distinct()
            .OrderBy(Place).ThenBy(metric => metric, StringComparer.Ordinal)];
        var attributed = fields.Any(field => field.Attributed.Count > 0);
        var table = new TextTable(
            "Elasticities: per cent that a metric changes for one per cent more of a field",
            ["~field", .. metrics.Select(metric => ">" + metric)]);
        foreach (var field in moving)
        {
            table.Row(
            [
                field.Leaf.Path.Replace("$.", "", StringComparison.Ordinal) + " = "
                + field.Leaf.Text + (field.IsEstimated ? " *" : ""),
                .. metrics.Select(metric => Cell(field, metric)),
            ]);
        }
        table.Write(
            terminal,
            "Measured by central differences of 1 % (a count moves by one). −1: doubling the field "
            + "halves the metric, as long as nothing else begins to bind."
            + (attributed
                ? " In brackets: what the breakdown of the unchanged point predicts."
                : "")
            + (moving.Any(field => field.IsEstimated)
                ? $" *: the file does not state it; estimated by {Catalog.EstimatorFile}."
                : ""));
        var still = fields.Count(field => field.Strongest < Least && field.Problem is null);
        if (still > 0)
            terminal.Line(
                $"{Figures.Plural(still, "other field")} move{(still == 1 ? "s" : "")} nothing "
                    + $"here.");
        foreach (var field in fields.Where(field => field.Problem is not null))
            terminal.Paragraph($"{field.Leaf.Path} cannot be moved: {field.Problem}", 4);
        terminal.Line();
    }

    /// <summary>Fitted figures stay as they are: says how much of the time rests on them.</summary>
    public static void WriteFitted(Terminal terminal, PriceDomain domain)
    {
        if (domain.Fitted == 0) return;
        terminal.Paragraph(
            $"{Figures.Share(domain.Fitted)} of the step time rests on fitted figures of kernels. "
            + "They describe the software as much as the device and are not moved; in cycles and "
            + "shares of peak, they follow the fields above.", 4);
        terminal.Line();
    }

    /// <summary>Latencies first, then rates, then what they cost.</summary>
    private static int Place(string metric) =>
        metric.StartsWith("TTFT", StringComparison.Ordinal) ? 0
        : metric.StartsWith("TPOT", StringComparison.Ordinal) ? 1
        : metric.Contains("token", StringComparison.Ordinal) && metric[0] != 't' ? 3
        : 2;

    private static string Cell(FieldSensitivity field, string metric)
    {
        if (!field.Measured.TryGetValue(metric, out var measured) || double.IsNaN(measured))
            return "–";
        var text = Number(measured);
        return field.Attributed.TryGetValue(metric, out var predicted)
            ? $"{text} [{Number(predicted)}]"
            : text;
    }

    private static string Number(double value) => !double.IsFinite(value)
        ? "–"
        : Math.Abs(value) < Least
        ? "0"
        : value.ToString("+0.000;−0.000", CultureInfo.InvariantCulture);
}
