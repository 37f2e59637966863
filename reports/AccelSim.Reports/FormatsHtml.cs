using System.Globalization;
using AccelSim.Hardware;
using static AccelSim.Reports.HtmlText;

namespace AccelSim.Reports;

/// <summary>Writes <c>formats.html</c>: what formats cost against what they lose.</summary>
/// <remarks>Same input, same bytes.</remarks>
public static class FormatsHtml
{
    /// <summary>The page.</summary>
    public static string Text(TriedFormats compared)
    {
        ArgumentNullException.ThrowIfNull(compared);
        return HtmlPage.Text(
            $"Formats of {compared.Model}", Body(compared), Data(compared), "formats.js");
    }

    /// <summary>
    /// Formats that no other beats in both: those a choice is among, from cheap to good.
    /// </summary>
    /// <param name="trials">All.</param>
    /// <param name="cost">What is to be small beside perplexity.</param>
    public static IReadOnlyList<TriedFormat> Front(
        IEnumerable<TriedFormat> trials, Func<TriedFormat, double> cost)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(cost);
        List<TriedFormat> front = [];
        foreach (var trial in trials.OrderBy(cost).ThenBy(one => one.Perplexity))
        {
            if (front.Count == 0 || trial.Perplexity < front[^1].Perplexity) front.Add(trial);
        }
        return front;
    }

    private static string Body(TriedFormats compared)
    {
        var lead = string.Create(
            CultureInfo.InvariantCulture,
            $"{compared.Tokens:N0} tokens of {compared.Text} in windows of {compared.Window}, on "
            + $"{compared.Device}.");
        return "<header><p class=\"brand\">AccelSim</p>"
            + $"<h1>Formats of {Escape(compared.Model)}</h1>"
            + $"<p>{Escape(lead)} Every figure is {Tag(Provenance.Measured)}.</p></header>\n"
            + Plot(
                "weights", "Memory of weights against perplexity",
                "Formats of weights. Lower and further left is better; the line joins those that "
                + "no other beats in both.")
            + Plot(
                "cache", "Memory of a token's keys and values against perplexity",
                "Formats of the cache, the weights in bf16.")
            + Plot(
                "time", "Time of a token against perplexity",
                "All formats. Times of a small model are mostly those of starting its operators.")
            + Section("table", "The numbers", Escape(compared.Note), Numbers(compared))
            + Section("formula", "What they mean", "", Formulas)
            + "<footer><p>Charts: Apache ECharts 6.1.0, Apache License 2.0.</p></footer>\n";
    }

    private const string Formulas =
        "<p>perplexity = exp(−(1/N) Σ ln p(token | the tokens of its window before it))</p>\n"
        + "<p>bytes of weights = Σ over matrices of rows × columns × bits / 8, + 4 bytes for each "
        + "group's scale, + 4 for its offset where there is one</p>\n"
        + "<p>bytes per token = 2 × layers × key/value heads × numbers of a head × bits / 8, + "
        + "scales</p>\n";

    private static string Plot(string id, string title, string lead) => Section(
        id, title, Escape(lead), Chart("chart-" + id, title, 420, ""));

    private static string Numbers(TriedFormats compared) => Table(
        "Formats",
        ["format", "runs as", "weights, MB", "KV, bytes/token", "ms/token", "perplexity"],
        compared.Trials.Select(trial => new[]
        {
            Escape(trial.Format), Escape(trial.RunsAs), Number(trial.WeightBytes / 1e6),
            Number(trial.KvBytesPerToken), Number(trial.SecondsPerToken * 1e3),
            Number(trial.Perplexity),
        }),
        textColumns: 2);

    /// <summary>For each plot its points and the front among them.</summary>
    private static string Data(TriedFormats compared) => JsonOutput.Text(stream =>
    {
        var ofWeights = compared.Trials.Where(trial => !trial.IsOfCache).ToList();
        // bf16 weights go with a cache that no scheme made coarser.
        var ofCache = compared.Trials
            .Where(trial => trial.IsOfCache || trial.Format is "fp32" or "bf16").ToList();
        using var json = JsonOutput.Writer(stream, indented: false);
        json.WriteStartArray();
        Write("weights", "weights, MB", ofWeights, trial => trial.WeightBytes / 1e6);
        Write("cache", "KV, bytes/token", ofCache, trial => trial.KvBytesPerToken);
        Write("time", "ms/token", compared.Trials, trial => trial.SecondsPerToken * 1e3);
        json.WriteEndArray();

        void Write(
            string id, string axis, IReadOnlyList<TriedFormat> trials,
            Func<TriedFormat, double> cost)
        {
            json.WriteStartObject();
            json.WriteString("id", "chart-" + id);
            json.WriteString("axis", axis);
            Points("points", trials);
            Points("front", Front(trials, cost));
            json.WriteEndObject();

            void Points(string name, IEnumerable<TriedFormat> some)
            {
                json.WriteStartArray(name);
                foreach (var trial in some)
                {
                    json.WriteStartArray();
                    json.WriteNumberValue(cost(trial));
                    json.WriteNumberValue(trial.Perplexity);
                    json.WriteStringValue(trial.Format);
                    json.WriteEndArray();
                }
                json.WriteEndArray();
            }
        }
    });
}
