using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class KernelFitTests
{
    private const string Head =
        """{ "name": "x", "sources": { "f": "calibrated: a test" }, "source": "f", """;

    [Fact]
    public void WhatAFitKnowsOfItself_IsRead()
    {
        var fit = Read("""
            "rows": 1200, "heldOut": { "median": 0.04, "p90": 0.17 },
            "residuals": [
              { "below": "10 us", "rows": 700,
                "quantiles": [-0.5, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.5] },
              { "rows": 500, "quantiles": [-1, -0.2, -0.1, -0.05, 0.01, 0.05, 0.1, 0.2, 0.5] }
            ],
            "domain": { "m": { "low": 1, "high": 8192 } }
            """);
        Assert.Equal(1200, fit.Rows);
        Assert.Equal(new HeldOutErrors(0.04, 0.17), fit.HeldOut);
        Assert.Equal(
            [(10d, 700), (default(double?), 500)],
            fit.Residuals.Select(one => (Microseconds(one.Below), one.Rows)));
        Assert.All(
            fit.Residuals,
            one => Assert.Equal(ResidualClass.Shares.Count, one.Quantiles.Count));
        Assert.Equal(new FitRange(1, 8192), fit.Domain["m"]);
    }

    [Fact]
    public void FiguresAlone_AreEnough()
    {
        var fit = Read(null);
        Assert.Equal((0, 0, 0), (fit.Rows, fit.Residuals.Count, fit.Domain.Count));
        Assert.Null(fit.HeldOut);
    }

    [Fact]
    public void ANegativeError_IsRefused()
    {
        var error = Assert.Throws<ConfigException>(
            () => Read("""  "heldOut": { "median": -0.04, "p90": 0.17 } """));
        Assert.Equal("$.kernels.linearBf16.heldOut.median", error.Path);
    }

    private static double? Microseconds(Seconds? time) =>
        time is { } one ? Math.Round(one.Value * 1e6, 6) : null;

    private static KernelFit Read(string? rest) => KernelClass.Read(
        Head + """ "kernels": { "linearBf16": { "figures": { "a": "3 cycles" } """
            + (rest is null ? "" : ", " + rest) + " } } }",
        "x.json").Kernels[KernelFamily.LinearBf16];
}
