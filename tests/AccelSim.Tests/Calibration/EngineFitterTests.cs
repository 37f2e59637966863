using AccelSim.Calibration;
using AccelSim.Costs;
using AccelSim.Validation.Deployments;

namespace AccelSim.Tests.Calibration;

public sealed class EngineFitterTests
{
    /// <summary>Per step, sequence, launch, product of experts and request, in seconds.</summary>
    private static readonly double[] Truth = [4e-4, 3e-5, 1e-5, 2e-5, 8e-3];

    [Fact]
    public void Figures_OfSyntheticDeployments_AreFoundAgain()
    {
        var fit = Fitter().Fit(Rows());
        foreach (var (found, truth) in fit.Figures.Zip(Truth))
            Assert.InRange(found, 0.9 * truth, 1.1 * truth);
        Assert.True(fit.Before.Ttft.Median > 0.1);
        Assert.InRange(fit.InSample.Tpot.Median, 0, 0.01);
        Assert.InRange(fit.HeldOut.Tpot.Median, 0, 0.02);
        Assert.InRange(fit.HeldOut.Ttft.Median, 0, 0.02);
    }

    [Fact]
    public void Site_WithOtherHostTime_IsFarOffOnlyWhereItIsLeftOut()
    {
        // One site in five is slower by 10 ms a step, which its own rows alone can tell.
        var rows = Rows(sites: 5).Select(row => row.Model == "m0"
            ? row with { Tpot = row.Tpot + 1e-2 } : row).ToList();
        var fit = Fitter().Fit(rows);
        Assert.InRange(fit.HeldOut.Tpot.Median, 0, 0.1);
        Assert.True(fit.HeldOut.Tpot.P90 > 0.3);
    }

    [Fact]
    public void SecondFit_IsTheFirst() =>
        Assert.Equal(Fitter().Fit(Rows()).Figures, Fitter().Fit(Rows()).Figures);

    [Fact]
    public void Profile_KeepsWhatWasNotFitted_AndNamesTheSource()
    {
        const string text = """
            // Kept.
            {
              "name": "round numbers",
              "sources": { "t": "assumed: test" }, "source": "t",
              "host": { "perSequence": "0 us", "perLaunch": "0 us", "perRequest": "0 ms" },
              "graphs": { "decode": true, "mostPromptTokens": 8 },
              "scheduler": {
                "maxNumSeqs": 7, "maxNumBatchedTokens": 99, "gpuMemoryUtilization": 0.5,
                "chunkedPrefill": false, "prefill": "first", "outputReserve": 1
              }
            }
            """;
        var written = Fitter().Fit(Rows()).Into(text, "calibrated: made up");
        Assert.StartsWith("// Kept.", written, StringComparison.Ordinal);
        var engine = EngineCatalog.Read(written, "own.json");
        Assert.Equal(3e-5, engine.Host.PerSequence.Value.Value, 3e-6);
        Assert.Equal("made up", engine.Host.PerStep?.Source.Reference);
        Assert.Equal(7, engine.Scheduler.MaxNumSeqs);
    }

    private static EngineFitter Fitter() =>
        new(EngineCatalog.Open("native"), (engine, rows) =>
        [
            .. rows.Select(row => Outcome(
                row, [.. EngineFigure.All.Select(figure => figure.Of(engine).Value)])),
        ]);

    private static List<MeasuredDeployment> Rows(int sites = 10) =>
    [
        .. Enumerable.Range(0, sites).SelectMany(site => Enumerable.Range(0, 10).Select(i =>
        {
            var row = new MeasuredDeployment(
                site * 100 + i, $"m{site}", "gpu", "native", "", 1000, 1000, 1 << (i % 8),
                new MeasuredPlan(1, 1, 1), Campaign.Grid, 0, 0);
            var measured = Outcome(row, Truth);
            return row with { Ttft = measured.Ttft, Tpot = measured.Tpot };
        })),
    ];

    /// <summary>A step's kernels and host; a prompt's launches, which sites have few or many of.
    /// </summary>
    private static DeploymentOutcome Outcome(MeasuredDeployment row, double[] figures)
    {
        var site = row.Line / 100;
        var step = 2e-3 + 1e-3 * (site % 4) + figures[0] + row.Concurrency * figures[1];
        var ttft = 5e-3 + 300 * (1 + 5 * (site % 3)) * figures[2] + step
            + (site % 2 == 0 ? 0 : 120) * figures[3] + figures[4];
        return new DeploymentOutcome(row, ttft, step, false, null);
    }
}
