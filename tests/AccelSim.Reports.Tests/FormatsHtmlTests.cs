using System.Text;

namespace AccelSim.Reports.Tests;

/// <summary>What formats cost against what they lose.</summary>
public sealed class FormatsHtmlTests
{
    private static readonly TriedFormat[] Trials =
    [
        new("fp32", "fp32", 23_100_000, 6144, 3e-4, 35.53),
        new("bf16", "bf16", 11_500_000, 3072, 1.5e-4, 35.53),
        new("int4", "int4", 4_600_000, 3072, 1.4e-4, 35.66),
        new("worse", "<int5>", 5_000_000, 3072, 2e-4, 36),
        new("kv-int4", "KV int4", 11_500_000, 864, 1.6e-4, 35.6),
    ];

    private static readonly TriedFormats All = new(
        "target", "heldout.txt", 24928, 256, 64, "1 thread of this machine", Trials);

    [Fact]
    public void Front_HasWhatNoOtherBeatsInBoth()
    {
        var front = FormatsHtml.Front(Trials[..4], trial => trial.WeightBytes);
        Assert.Equal(["int4", "bf16"], front.Select(trial => trial.Format));
    }

    [Fact]
    public void Csv_HasARowPerFormatAndWhatItRestsOn()
    {
        using var file = new MemoryStream();
        FormatsCsv.Write(file, All);
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n');
        Assert.Equal(
            "model,text,device,format,runs_as,weight_bytes,kv_bytes_per_token,seconds_per_token,"
            + "perplexity,basis", lines[0]);
        Assert.Equal(
            "target,heldout.txt,1 thread of this machine,int4,int4,4600000,3072,0.00014,35.66,"
            + "measured", lines[3]);
        Assert.Equal(Trials.Length + 2, lines.Length);
    }

    [Fact]
    public void Page_HasNumbersTagAndFormulas()
    {
        var page = FormatsHtml.Text(All);
        foreach (var part in new[]
            { "&lt;int5&gt;", ">measured</span>", "perplexity = exp(", "24,928 tokens" })
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
        }
        Assert.Equal(page, FormatsHtml.Text(All));
    }

    [BrowserFact]
    public void Page_DrawsItsPlotsWithoutErrors()
    {
        using var browser = new Browser(FormatsHtml.Text(All));
        Assert.Empty(browser.Console);
        Assert.Equal("3", browser.Run("return document.documentElement.dataset.charts"));
        foreach (var id in new[] { "weights", "cache", "time" })
        {
            Assert.True(
                (bool)browser.Run($"return !!document.querySelector('#chart-{id} canvas')")!);
        }
    }
}
