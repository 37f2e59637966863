using System.Text.RegularExpressions;

namespace AccelSim.Reports;

/// <summary>Puts a page together from what is embedded: one file that opens offline.</summary>
internal static partial class HtmlPage
{
    /// <summary>The page.</summary>
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML.</param>
    /// <param name="data">JSON for the charts.</param>
    /// <param name="script">The asset that draws them.</param>
    public static string Text(string title, string body, string data, string script)
    {
        var parts = new Dictionary<string, string>
        {
            ["title"] = HtmlText.Escape(title),
            ["style"] = Asset("report.css"),
            ["body"] = body,
            ["data"] = data.Replace("<", "\\u003c", StringComparison.Ordinal),
            ["echarts"] = Script(Asset("echarts.min.js")),
            ["script"] = Script(Asset(script)),
        };
        // In one pass, so that a name that looks like a placeholder stays what it is.
        return Placeholder().Replace(
            Asset("report.html"), match => parts[match.Groups[1].Value]);
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();

    /// <summary>Text that cannot end the script element it stands in.</summary>
    private static string Script(string text) =>
        text.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);

    private static string Asset(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
