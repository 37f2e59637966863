using AccelSim.Calibration;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Tests.Validation;

namespace AccelSim.Tests.Calibration;

public sealed class CalibratorTests : IDisposable
{
    private readonly MeasuredTables _tables = new();

    public void Dispose() => _tables.Dispose();

    [Fact]
    public void KnownFigures_AreRecovered()
    {
        ToyKernel.Write(_tables, 0, "h100_sxm");
        var fit = Fit().Families.Single();
        AssertTruth(fit, 0.001);
        Assert.InRange(fit.HeldOut.P90, 0, 0.001);
    }

    [Fact]
    public void KnownFigures_AreRecoveredThroughNoise()
    {
        ToyKernel.Write(_tables, 0.05, "h100_sxm");
        var fit = Fit().Families.Single();
        AssertTruth(fit, 0.03);
        Assert.InRange(fit.HeldOut.Median, 0.02, 0.06);
    }

    [Fact]
    public void AFigureThatNoRowTellsOf_StaysWhereFitsBegin()
    {
        ToyKernel.Write(_tables, 0.05, "h100_sxm");
        var fit = new Calibrator(_tables.Folder, ["h100_sxm"])
        {
            Models = (_, family) =>
                family == KernelFamily.LinearBf16 ? new WithIdleFigure() : null,
        }.Run().Families.Single();
        Assert.Equal(WithIdleFigure.Start, fit.Figures[^1], 3);
    }

    [Fact]
    public void ClassFigures_AreThoseThatItsDevicesShare()
    {
        ToyKernel.Write(_tables, 0, "a100_sxm", "h100_sxm");
        var fit = Fit("a100_sxm", "h100_sxm").Families.Single();
        AssertTruth(fit, 0.001);
    }

    [Fact]
    public void AnotherDevice_JudgesFiguresThatDidNotSeeIt()
    {
        ToyKernel.Write(_tables, 0, "h100_sxm", "l40s");
        var result = new Calibrator(_tables.Folder, ["h100_sxm"])
        {
            Models = ToyKernel.For, JudgedOn = "l40s",
        }.Run();
        Assert.InRange(result.Families.Single().HeldOut.P90, 0, 0.002);
    }

    [Fact]
    public void TheSameSeed_FindsTheSameFigures()
    {
        ToyKernel.Write(_tables, 0.1, "h100_sxm");
        var (first, second) = (Fit().Families.Single(), Fit().Families.Single());
        Assert.Equal(first.Figures, second.Figures);
        Assert.Equal(first.FoldFigures, second.FoldFigures);
        Assert.Equal(first.HeldOut, second.HeldOut);
    }

    [Fact]
    public void WhatTheFitCovers_IsStated()
    {
        ToyKernel.Write(_tables, 0, "h100_sxm");
        var fit = Fit().Families.Single();
        Assert.Equal((96, 12), (fit.Rows, fit.Sites));
        Assert.Equal(new FitRange(1, 16384), fit.Domain["m"]);
        Assert.Equal(new FitRange(512, 8192), fit.Domain["k"]);
        Assert.Equal(fit.Rows, fit.Residuals.Sum(one => one.Rows));
        Assert.All(
            fit.Residuals, one => Assert.Equal(one.Quantiles.Order(), one.Quantiles));
    }

    [Fact]
    public void TooFewRows_AreRefused()
    {
        _tables.Write(
            "gemm", MeasuredTables.Gemm, "h100_sxm,bfloat16,1,64,64,3.5,toy,1");
        var error = Assert.Throws<ConfigException>(() => Fit());
        Assert.Equal(
            $"{_tables.Folder}: has nothing to fit h100_sxm to: linearBf16: "
            + "rows: 1, but at least 50 are needed.",
            error.Message);
    }

    [Fact]
    public void TooFewSites_AreRefused()
    {
        _tables.Write(
            "gemm",
            [
                MeasuredTables.Gemm,
                .. Enumerable.Range(1, 60).Select(m => $"h100_sxm,bfloat16,{m},64,64,3.5,toy,1"),
            ]);
        var error = Assert.Throws<ConfigException>(() => Fit());
        Assert.EndsWith(
            "sites: 1, too few for 5 folds; measure more shapes, or ask for fewer folds.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFamilyWithoutRows_IsRefusedWhereItIsAskedFor()
    {
        ToyKernel.Write(_tables, 0, "h100_sxm");
        var error = Assert.Throws<ConfigException>(() => new Calibrator(
            _tables.Folder, ["h100_sxm"])
        {
            Models = ToyKernel.For, Families = [KernelFamily.DecodeAttention],
        }.Run());
        Assert.EndsWith(
            "decodeAttention: no row of these devices was measured, or there is no model to fit.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsFasterThanTheMemory_AreLeftOut()
    {
        ToyKernel.Write(_tables, 0, "h100_sxm");
        _tables.Write(
            "attention_decode",
            "device,dtype,kv_dtype,batch,kv_len,heads,kv_heads,head_dim,window,latency_us",
            "h100_sxm,bfloat16,bfloat16,64,16384,32,8,128,0,100");
        var result = new Calibrator(_tables.Folder, ["h100_sxm"])
        {
            Models = (_, family) => family is KernelFamily.LinearBf16
                or KernelFamily.DecodeAttention ? new ToyKernel() : null,
        }.Run();
        Assert.Equal(
            ("attention_decode", "faster than the memory can be read", 1),
            result.LeftOut.Select(one => (one.Table, one.Reason, one.Rows)).Single());
    }

    /// <summary>Every figure is the one that made the rows, within a share of it.</summary>
    private static void AssertTruth(FamilyFit fit, double within) => Assert.All(
        fit.Figures.Zip(ToyKernel.Truth),
        pair => Assert.InRange(pair.First / pair.Second, 1 - within, 1 + within));

    private CalibrationResult Fit(params string[] devices) => new Calibrator(
        _tables.Folder, devices.Length == 0 ? ["h100_sxm"] : devices)
    {
        Models = ToyKernel.For,
    }.Run();
}
