using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

public sealed class KernelErrorsTests
{
    private static readonly double[] Narrow =
        [-0.2, -0.1, -0.07, -0.03, 0, 0.03, 0.07, 0.1, 0.2];

    private static readonly double[] Wide =
        [-1, -0.5, -0.4, -0.2, 0, 0.2, 0.4, 0.5, 1];

    [Fact]
    public void Band_IsTheFivePerCentQuantilesOfTheResiduals()
    {
        var cost = Priced(Calibrated(), 512, 1e-3);
        Assert.Equal(1e-3 * Math.Exp(-0.1), cost.LowerSeconds, 1e-12);
        Assert.Equal(1e-3 * Math.Exp(0.1), cost.UpperSeconds, 1e-12);
        Assert.Equal((Provenance.Calibrated, PriceGround.Inside), Rests(cost));
    }

    [Fact]
    public void Residuals_AreThoseOfPredictionsAsLong()
    {
        var cost = Priced(Calibrated(), 512, 5e-6);
        Assert.Equal(5e-6 * Math.Exp(0.5), cost.UpperSeconds, 1e-12);
    }

    [Theory]
    [InlineData(1024, 1)]
    [InlineData(2048, 2)]
    [InlineData(4096, 4)]
    public void Bands_WidenWithTheLogarithmOfTheFactorBeyond(int m, double factor)
    {
        var cost = Priced(Calibrated(), m, 1e-3);
        var widening = 1 + Catalog.Uncertainty.Growth.Value.Value * Math.Log(factor);
        Assert.Equal(1e-3 * Math.Exp(0.1 * widening), cost.UpperSeconds, 1e-12);
        Assert.Equal(factor > 1 ? PriceGround.Outside : PriceGround.Inside, cost.Ground);
    }

    [Fact]
    public void WhatLiesBeyond_IsToldByAxisSizeAndRange()
    {
        var errors = Calibrated();
        Assert.Null(errors.Furthest);
        Priced(errors, 3000, 1e-3);
        Priced(errors, 4096, 1e-3);
        Priced(errors, 2048, 1e-3);
        Assert.Equal(
            new SizeBeyond(KernelFamily.LinearBf16, "m", 4096, 1, 1024), errors.Furthest);
        Assert.Equal(
            [new SizeBeyond(KernelFamily.LinearBf16, "m", 2048, 1, 1024)],
            errors.Basis(Linear(2048)).Beyond);
    }

    [Fact]
    public void FiguresOfAClass_AreTransferred() => Assert.Equal(
        (Provenance.Transferred, PriceGround.Transferred),
        Rests(Priced(Errors(Provenance.Transferred, false), 512, 1e-3)));

    [Fact]
    public void AssumedFigures_StandOnNoMeasuredGround_WhateverTheSize()
    {
        var cost = Priced(Errors(Provenance.Assumed, false), 1 << 20, 1e-3);
        Assert.Equal((Provenance.Assumed, PriceGround.Sheet), Rests(cost));
    }

    [Fact]
    public void InheritedFigures_HaveWiderBands()
    {
        var own = Priced(Calibrated(), 512, 1e-3);
        var inherited = Priced(Errors(Provenance.Transferred, true), 512, 1e-3);
        Assert.True(inherited.UpperSeconds > own.UpperSeconds);
        Assert.True(inherited.LowerSeconds < own.LowerSeconds);
        Assert.Equal((Provenance.Transferred, PriceGround.Transferred), Rests(inherited));
    }

    [Fact]
    public void BandOfAPrice_AgreesWithItsErrorAtTheQuantiles()
    {
        var errors = Calibrated();
        foreach (var m in new[] { 512, 3000 })
        {
            var cost = Priced(errors, m, 1e-3);
            Assert.Equal(
                cost.UpperSeconds, 1e-3 * Math.Exp(errors.At(Linear(m), 1e-3, 1.644854)), 1e-9);
        }
    }

    [Fact]
    public void FitsWithoutResiduals_HaveTheBandOfUnstatedOnes()
    {
        var fit = new KernelFit { Figures = new Dictionary<string, Fact<Figure>>() };
        var errors = KernelErrors.Of(
            KernelFamily.LinearBf16, fit, Provenance.Calibrated, false, Catalog.Uncertainty);
        var expected = Math.Exp(Catalog.Uncertainty.Unstated.Quantiles[7]);
        Assert.Equal(1e-3 * expected, Priced(errors, 1 << 20, 1e-3).UpperSeconds, 1e-12);
    }

    [Fact]
    public void Roofline_StandsInWithItsOwnErrors()
    {
        var errors = KernelErrors.OfRoofline(KernelFamily.LinearBf16, Catalog.Uncertainty);
        var cost = Priced(errors, 512, 1e-3);
        Assert.Equal(PriceGround.Sheet, cost.Ground);
        Assert.True(cost.UpperSeconds > 3e-3);
    }

    [Fact]
    public void MalformedResiduals_AreToldWithTheFamily()
    {
        var source = new FactSource(
            Provenance.Calibrated, "x", "x.json", 7, "$.kernels.linearBf16.figures.a", "1");
        var fit = new KernelFit
        {
            Figures = new Dictionary<string, Fact<Figure>> { ["a"] = new(new Figure(1), source) },
            Residuals = [new ResidualClass { Rows = 1, Quantiles = [0, 1] }],
        };
        var error = Assert.Throws<ConfigException>(() => KernelErrors.Of(
            KernelFamily.LinearBf16, fit, Provenance.Calibrated, false, Catalog.Uncertainty));
        Assert.Equal("$.kernels.linearBf16.residuals", error.Path);
    }

    private static (Provenance?, PriceGround) Rests(OperatorCost cost) => (cost.Tag, cost.Ground);

    private static KernelErrors Calibrated() => Errors(Provenance.Calibrated, false);

    private static KernelErrors Errors(Provenance tag, bool isInherited) => KernelErrors.Of(
        KernelFamily.LinearBf16,
        new KernelFit
        {
            Figures = new Dictionary<string, Fact<Figure>>(),
            Residuals =
            [
                new ResidualClass { Below = new Seconds(1e-5), Rows = 10, Quantiles = Wide },
                new ResidualClass { Rows = 10, Quantiles = Narrow },
            ],
            Domain = new Dictionary<string, FitRange> { ["m"] = new(1, 1024) },
        },
        tag, isInherited, Catalog.Uncertainty);

    private static Operator Linear(int m) => new()
    {
        Name = "linear",
        Kind = OperatorKind.Linear,
        Count = 1,
        M = m,
        N = 4096,
        K = 4096,
    };

    private static OperatorCost Priced(KernelErrors errors, int m, double seconds)
    {
        var cost = new OperatorCost { Seconds = seconds };
        errors.Bound(Linear(m), ref cost);
        return cost;
    }
}
