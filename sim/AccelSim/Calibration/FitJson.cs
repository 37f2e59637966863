using System.Globalization;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Hardware;

namespace AccelSim.Calibration;

/// <summary>Writes fits as hardware and class files state them.</summary>
public static class FitJson
{
    /// <summary>The key of <c>sources</c> that calibrated figures rest on.</summary>
    public const string Key = "calibrated";

    private const int MostColumns = 98;

    /// <summary>A file of its own, which extends a shipped device.</summary>
    /// <param name="parent">The device that was measured.</param>
    /// <param name="fits">The fits.</param>
    /// <param name="source">What they rest on, such as <c>calibrated: …</c>.</param>
    public static string Device(
        string parent, IReadOnlyList<FamilyFit> fits, string source) =>
        Into($"{{\n  \"extends\": \"{parent}\"\n}}\n", fits, source);

    /// <summary>A file of a class of devices.</summary>
    /// <param name="name">What its devices have in common.</param>
    /// <param name="fits">The fits.</param>
    /// <param name="source">What they rest on, such as <c>calibrated: …</c>.</param>
    public static string Class(string name, IReadOnlyList<FamilyFit> fits, string source) =>
        Into($"{{\n  \"name\": \"{name}\"\n}}\n", fits, source);

    /// <summary>A file with the fits in place of its own; the rest stays as it is.</summary>
    /// <param name="text">The file.</param>
    /// <param name="fits">The fits; families without one keep their figures.</param>
    /// <param name="source">What they rest on, such as <c>calibrated: …</c>.</param>
    public static string Into(string text, IReadOnlyList<FamilyFit> fits, string source)
    {
        ArgumentNullException.ThrowIfNull(fits);
        text = JsonText.With(text, ["sources", Key], Text(source));
        foreach (var fit in fits)
            text = JsonText.With(text, ["kernels", JsonNames.Of(fit.Family.ToString())], Of(fit));
        return text;
    }

    /// <summary>What stands at a family's name.</summary>
    private static string Of(FamilyFit fit)
    {
        var members = new List<string>
        {
            $"\"source\": \"{Key}\",\n  \"rows\": {fit.Rows},",
            $"\"heldOut\": {{ \"median\": {Number(fit.HeldOut.Median)}, "
                + $"\"p90\": {Number(fit.HeldOut.P90)} }},",
            "\"figures\": " + Block('{', fit.Model.Parameters.Select((figure, i) =>
                $"\"{figure.Name}\": "
                + Text($"{JsonNames.Number(fit.Figures[i])} {figure.Unit}".Trim())), '}') + ",",
            "\"residuals\": " + Block('[', fit.Residuals.Select(Residual), ']') + ",",
            "\"domain\": " + Block('{', fit.Domain.Select(pair =>
                $"\"{pair.Key}\": {{ \"low\": {JsonNames.Number(pair.Value.Low)}, "
                + $"\"high\": {JsonNames.Number(pair.Value.High)} }}"), '}'),
        };
        return "{\n  " + string.Join("\n  ", members) + "\n}";
    }

    private static string Residual(ResidualClass one)
    {
        var below = one.Below is { } bound
            ? $"\"below\": \"{Number(bound.Value * 1e6)} us\", "
            : "";
        return $"{{ {below}\"rows\": {one.Rows}, \"quantiles\": "
            + $"[{string.Join(", ", one.Quantiles.Select(JsonNames.Number))}] }}";
    }

    /// <summary>Items between brackets, as many to a line as fit.</summary>
    private static string Block(char open, IEnumerable<string> items, char close)
    {
        var text = new StringBuilder().Append(open);
        var column = MostColumns;
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst) text.Append(',');
            if (column + item.Length + 10 > MostColumns)
            {
                text.Append("\n    ");
                column = 4;
            }
            else
            {
                text.Append(' ');
            }
            text.Append(item);
            column += item.Length + 2;
            isFirst = false;
        }
        return text.Append("\n  ").Append(close).ToString();
    }

    /// <summary>Four digits are enough.</summary>
    private static string Number(double value) =>
        double.Parse(value.ToString("G4", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);

    private static string Text(string value) => Newtonsoft.Json.JsonConvert.ToString(value);
}
