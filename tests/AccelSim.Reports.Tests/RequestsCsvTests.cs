using System.Globalization;
using System.Text;
using AccelSim.Metrics;
using AccelSim.Serving;

namespace AccelSim.Reports.Tests;

public sealed class RequestsCsvTests
{
    private static string Text(RunResult result)
    {
        using var stream = new MemoryStream();
        RequestsCsv.Write(stream, result);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void Rows_OfTheSmallRun_AreTheGoldenOnes() =>
        Golden.Check("requests.csv", Text(SmallRun.Result));

    [Fact]
    public void Rows_GiveTheSummarysMedian()
    {
        var ttft = Text(SmallRun.Result).Split('\n')[1..^1]
            .Select(row => double.Parse(row.Split(',')[10], CultureInfo.InvariantCulture))
            .Order()
            .ToArray();
        Assert.Equal(SmallRun.Result.Metrics.Ttft!.P50.Milliseconds, ttft[11], 9);
    }

    [Fact]
    public void Names_WithCommasAndQuotes_AreQuoted()
    {
        var first = SmallRun.Result.Requests[0];
        var result = SmallRun.Result with
        {
            Requests =
            [
                first with { Request = first.Request with { SloClass = "gold, \"fast\"" } },
            ],
        };
        Assert.Contains(",\"gold, \"\"fast\"\"\",", Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public void RefusedRequest_HasItsReasonAndNoTimes()
    {
        var result = SmallRun.Load(requests: 1, engine: new EngineSettings { MaxModelLen = 1 })
            .Run();
        var row = Text(result).Split('\n')[1];
        Assert.StartsWith("0,,", row, StringComparison.Ordinal);
        Assert.Contains(",,,false,rejected,", row, StringComparison.Ordinal);
        Assert.False(row.EndsWith(",rejected,", StringComparison.Ordinal));
    }
}
