using AccelSim.Calibration;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Tests.Validation;

namespace AccelSim.Tests.Calibration;

public sealed class FitJsonTests : IDisposable
{
    private const string Source = "calibrated: a test";
    private readonly MeasuredTables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void ADeviceFile_GivesBackWhatWasFitted()
    {
        var fit = Fit();
        var text = FitJson.Device("h100-sxm", [fit], Source);
        var device = HardwareDocument.Parse(text, "mine.json").Accelerator;
        Same(fit, device.Kernels[KernelFamily.LinearBf16]);
    }

    [Fact]
    public void AClassFile_GivesBackWhatWasFitted()
    {
        var fit = Fit();
        Same(fit, KernelClass.Read(FitJson.Class("A class", [fit], Source), "x.json")
            .Kernels[KernelFamily.LinearBf16]);
    }

    [Fact]
    public void WhatAFileHeldBefore_Stays()
    {
        var fit = Fit();
        const string before =
            """
            {
              // A comment.
              "name": "x",
              "sources": { "own": "calibrated: by hand" },
              "kernels": {
                "sampling": { "source": "own", "figures": { "a": "3 cycles" } }
              }
            }

            """;
        var once = FitJson.Into(before, [fit], Source);
        Assert.Contains("// A comment.", once, StringComparison.Ordinal);
        var kernels = KernelClass.Read(once, "x.json").Kernels;
        Assert.Equal(2, kernels.Count);
        Same(fit, kernels[KernelFamily.LinearBf16]);
        Assert.Equal(3, kernels[KernelFamily.Sampling].Figures["a"].Value.Value);
        Assert.Equal(once, FitJson.Into(once, [fit], Source));
    }

    private static void Same(FamilyFit fit, KernelFit read)
    {
        Assert.Equal(
            fit.Figures,
            fit.Model.Parameters.Select(figure => read.Figures[figure.Name].Value.Value));
        Assert.Equal(fit.Rows, read.Rows);
        Assert.Equal(fit.HeldOut.Median, read.HeldOut!.Median, 4);
        Assert.Equal(fit.Domain, read.Domain);
        Assert.Equal(
            fit.Residuals.SelectMany(one => one.Quantiles),
            read.Residuals.SelectMany(one => one.Quantiles));
    }

    private FamilyFit Fit()
    {
        ToyKernel.Write(_tables, 0.1, "h100_sxm");
        return new Calibrator(_tables.Folder, ["h100_sxm"]) { Models = ToyKernel.For }
            .Run().Families.Single();
    }
}
