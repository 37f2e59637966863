using System.Globalization;
using System.Text;
using AccelSim.Hardware;

namespace AccelSim.Reports;

/// <summary>Pieces of HTML and how numbers look in them.</summary>
internal static class HtmlText
{
    /// <summary>Text as HTML, safe in elements and attributes.</summary>
    public static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => safe.Append("&amp;"),
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                _ => safe.Append(c),
            };
        }
        return safe.ToString();
    }

    /// <summary>A word whose explanation shows on hover and on focus.</summary>
    public static string Tip(string word, string explanation) =>
        $"<span class=\"tip\" tabindex=\"0\">{Escape(word)}"
        + $"<span role=\"tooltip\">{Escape(explanation)}</span></span>";

    /// <summary>What a figure rests on, as a coloured word.</summary>
    public static string Tag(Provenance tag)
    {
        var name = JsonOutput.Name(tag);
        return $"<span class=\"tag {name}\">{name}</span>";
    }

    /// <summary>
    /// Four significant digits; thousands are grouped; a dash where there is none.
    /// </summary>
    public static string Number(double? value)
    {
        if (value is not { } number || !double.IsFinite(number)) return "–";
        if (number == 0) return "0";
        var size = Math.Abs(number);
        if (size >= 1000) return number.ToString("N0", CultureInfo.InvariantCulture);
        var decimals = Math.Max(0, 3 - (int)Math.Floor(Math.Log10(size)));
        return decimals > 8
            ? number.ToString("0.###E0", CultureInfo.InvariantCulture)
            : number.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary>A share as percent.</summary>
    public static string Percent(double? share) => share is { } part && double.IsFinite(part)
        ? (100 * part).ToString("0.0", CultureInfo.InvariantCulture) + " %"
        : "–";

    /// <summary>How much more or less, as percent; empty where it cannot be said.</summary>
    public static string Change(double? from, double? to)
    {
        if (from is not { } old || to is not { } now || old == 0
            || !double.IsFinite(old) || !double.IsFinite(now))
        {
            return "";
        }
        var change = 100 * (now / old - 1);
        if (Math.Abs(change) < 0.05) return "±0 %";
        return change.ToString("+0.0;−0.0", CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>A table. Cells are HTML; the first column names the row.</summary>
    /// <param name="caption">Says what it shows; HTML.</param>
    /// <param name="headers">HTML.</param>
    /// <param name="rows">HTML.</param>
    /// <param name="textColumns">
    /// Columns of text from the left; numbers follow, right-aligned.
    /// </param>
    public static string Table(
        string caption, IReadOnlyList<string> headers, IEnumerable<string[]> rows,
        int textColumns = 1)
    {
        var html = new StringBuilder();
        html.Append("<div class=\"scroll\"><table")
            .Append(headers.Count == 2 ? " class=\"narrow\"" : "")
            .Append("><caption>").Append(caption)
            .Append("</caption>\n<thead><tr>");
        for (var i = 0; i < headers.Count; i++)
        {
            html.Append("<th scope=\"col\"").Append(Align(i)).Append('>')
                .Append(headers[i]).Append("</th>");
        }
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            html.Append("<tr><th scope=\"row\">").Append(row[0]).Append("</th>");
            for (var i = 1; i < row.Length; i++)
                html.Append("<td").Append(Align(i)).Append('>').Append(row[i]).Append("</td>");
            html.Append("</tr>\n");
        }
        return html.Append("</tbody></table></div>\n").ToString();

        string Align(int column) => column < textColumns ? "" : " class=\"n\"";
    }

    /// <summary>A chart's place, with the table behind it.</summary>
    /// <param name="id">What the script knows it by.</param>
    /// <param name="label">For those who do not see it.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="table">HTML.</param>
    public static string Chart(string id, string label, int height, string table) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<div class=\"chart\" id=\"{id}\" role=\"img\" aria-label=\"{Escape(label)}\" ")
        + string.Create(CultureInfo.InvariantCulture, $"style=\"height:{height}px\"></div>\n")
        + (table.Length == 0
            ? ""
            : $"<details><summary>The numbers behind it</summary>\n{table}</details>\n");

    /// <summary>A section with a heading.</summary>
    public static string Section(string id, string title, string lead, string body) =>
        $"<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n"
        + $"<h2 id=\"{id}-title\">{Escape(title)}</h2>\n"
        + (lead.Length == 0 ? "" : $"<p class=\"lead\">{lead}</p>\n") + body + "</section>\n";
}
