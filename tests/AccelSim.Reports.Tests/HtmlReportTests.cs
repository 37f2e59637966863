using System.Text.Json;
using System.Text.RegularExpressions;
using AccelSim.Metrics;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Reports.Tests;

public sealed partial class HtmlReportTests
{
    private const string ChartsWithInk = """
        return [...document.querySelectorAll('.chart')].filter(place => {
          const canvas = place.querySelector('canvas');
          if (!canvas) return false;
          const pixels = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height).data;
          const colors = new Set();
          for (let i = 0; i < pixels.length; i += 4)
            if (pixels[i + 3] > 0) colors.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
          return colors.size > 10;
        }).map(place => place.id).join(' ');
        """;

    private static readonly Lazy<string> Single = new(() =>
    {
        var recorder = new RunRecorder();
        return HtmlReport.Text(SmallRun.Load().Run(recorder), recorder, SmallRun.Context);
    });

    [Fact]
    public void ChartData_OfTheSmallRun_IsTheGoldenOne()
    {
        using var data = JsonDocument.Parse(Data(Single.Value));
        Golden.Check("report-data.json", Indented(data));
    }

    [Fact]
    public void Body_OfTheSmallRun_IsTheGoldenOne() =>
        Golden.Check("report-body.html", Body().Match(Single.Value).Groups[1].Value);

    [Fact]
    public void Report_OfTheSameScenarioTwice_HasTheSameBytes()
    {
        var recorder = new RunRecorder();
        Assert.Equal(
            Single.Value,
            HtmlReport.Text(SmallRun.Load().Run(recorder), recorder, SmallRun.Context));
    }

    [Fact]
    public void Report_NamesNothingOutsideItself()
    {
        var page = Single.Value.Replace(Asset("echarts.min.js"), "", StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" src=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_WithMarkup_AreEscaped()
    {
        var result = SmallRun.Result with { WorkloadOrigin = "</script><b>{{data}}" };
        var page = HtmlReport.Text(result, null, SmallRun.Context);
        Assert.Contains("&lt;/script&gt;&lt;b&gt;{{data}}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("</script><b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void RequestsBeyondTheModelsContext_AreToldWithTheMetrics()
    {
        var scenario = SmallRun.Load().Scenario with { Model = "tinyllama-1.1b" };
        var recorder = new RunRecorder();
        var result = ScenarioRunner.Load(scenario).Run(recorder);
        var page = HtmlReport.Text(result, recorder, SmallRun.Context);
        Assert.Contains(
            ". Warning: " + Assert.Single(result.Warnings), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_WhereEveryRequestIsRefused_HasDashesNotNaN()
    {
        var recorder = new RunRecorder();
        var result = SmallRun.Load(engine: new EngineSettings { MaxModelLen = 1 }).Run(recorder);
        var page = HtmlReport.Text(result, recorder, SmallRun.Context);
        Assert.Contains("24 refused", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", Body().Match(page).Groups[1].Value, StringComparison.Ordinal);
        JsonDocument.Parse(Data(page)).Dispose();
    }

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(1, 1, 3)]
    public void TimelineOfPower_AveragesToTheRunsEnergy(int tp, int pp, int replicas)
    {
        var recorder = new RunRecorder();
        var result = SmallRun.Load(tp: tp, pp: pp, replicas: replicas).Run(recorder);
        var bins = TimelineBins.Of(result, recorder, 50)!;
        var joules = bins.Watts.Average() * bins.End;
        var host = result.Energy.Where(entry => entry.Component == "host").Sum(e => e.Amount);
        Assert.Equal(result.Joules - host, joules, result.Joules * 1e-6);
    }

    [BrowserFact]
    public void Report_InABrowser_DrawsEveryChartWithoutComplaint()
    {
        using var browser = new Browser(Single.Value);
        Assert.Empty(browser.Console);
        Assert.Equal(
            "chart-limits chart-ttft chart-tpot chart-e2e chart-timeline chart-energy chart-cost "
            + "chart-memory chart-provenance",
            browser.Run(ChartsWithInk));
    }

    [BrowserFact]
    public void Report_InABrowser_NeedsNoScrollbarsButThePages()
    {
        using var browser = new Browser(Single.Value);
        Assert.Equal(true, browser.Run(
            "const page = document.documentElement;"
            + "return page.scrollWidth <= page.clientWidth "
            + "&& [...document.querySelectorAll('.scroll')]"
            + ".every(table => table.scrollHeight <= table.clientHeight)"));
    }

    [BrowserFact]
    public void Report_InABrowser_HasTheNumbersInItsTables()
    {
        using var browser = new Browser(Single.Value);
        var tables = browser.TextOf("table");
        var metrics = SmallRun.Result.Metrics;
        string[] wanted =
        [
            HtmlText.Number(metrics.Ttft!.P99.Milliseconds),
            HtmlText.Number(metrics.OutputTokensPerSecond),
            HtmlText.Number(SmallRun.Result.JoulesPerOutputToken),
            "$.memory.hbm.bandwidth",
        ];
        Assert.All(wanted, text => Assert.Contains(text, tables, StringComparison.Ordinal));
        Assert.Contains(
            SmallRun.Context.Command, browser.TextOf("footer"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Comparison_InABrowser_ShowsWhatDiffers()
    {
        var runner = SmallRun.Load();
        var what = runner.With(0, runner.Hardware[0].WithText("memory.hbm.bandwidth", "6.7 TB/s"));
        IReadOnlyList<(string, RunResult)> runs =
            [("h100-sxm", SmallRun.Result), ("twice the bandwidth", what.Run())];
        using var browser = new Browser(HtmlReport.Compare(runs, SmallRun.Context));
        Assert.Empty(browser.Console);
        Assert.Contains("6.7 TB/s", browser.TextOf("#differences td"), StringComparison.Ordinal);
        Assert.Contains(
            "chart-limits", (string)browser.Run(ChartsWithInk)!, StringComparison.Ordinal);
    }

    [BrowserFact]
    public void Report_WithoutOneServedRequest_StillOpens()
    {
        var recorder = new RunRecorder();
        var result = SmallRun.Load(engine: new EngineSettings { MaxModelLen = 1 }).Run(recorder);
        using var browser = new Browser(HtmlReport.Text(result, recorder, SmallRun.Context));
        Assert.Empty(browser.Console);
    }

    private static string Data(string page) => DataElement().Match(page).Groups[1].Value;

    private static string Indented(JsonDocument data) => JsonOutput.Text(stream =>
    {
        using var json = JsonOutput.Writer(stream, indented: true);
        data.WriteTo(json);
    }) + "\n";

    private static string Asset(string name)
    {
        using var reader = new StreamReader(
            typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(
        "<script type=\"application/json\" id=\"data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex DataElement();

    [GeneratedRegex("<main>\n(.*?)</main>", RegexOptions.Singleline)]
    private static partial Regex Body();
}
