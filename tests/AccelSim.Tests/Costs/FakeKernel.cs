using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

/// <summary>A kernel that takes so long for each row and KV token, with errors made up.</summary>
internal sealed class FakeKernel : KernelModel
{
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
        [new("perRow", "us", 0, 1e9, 1, "Time of a row or token.")];

    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var seconds = figures[0] * 1e-6 * (@operator.M + @operator.KvTokens + 1);
        time = new KernelTime { Seconds = seconds, Memory = seconds };
    }

    /// <summary>Normal errors of a standard deviation, fitted up to a number of rows.</summary>
    public static KernelFit Fit(double sigma, double rows = 1e9) => new()
    {
        Figures = new Dictionary<string, Fact<Figure>> { ["perRow"] = Fact(Provenance.Calibrated) },
        Rows = 1000,
        Residuals =
        [
            new ResidualClass
            {
                Rows = 1000,
                Quantiles =
                [
                    .. new[]
                    {
                        -2.326348, -1.644854, -1.281552, -0.67449, 0, 0.67449, 1.281552, 1.644854,
                        2.326348,
                    }.Select(normal => sigma * normal),
                ],
            },
        ],
        Domain = new Dictionary<string, FitRange>
        {
            ["m"] = new(1, rows), ["rows"] = new(1, rows),
        },
    };

    /// <summary>A rung that prices all kernels so.</summary>
    public static CostRung Rung(
        KernelFit fit, Provenance tag = Provenance.Calibrated, bool isInherited = false) => new(
        "analytical",
        (device, formats, links) => new AnalyticalCostModel(
            device, formats, links,
            _ => new BoundKernel(new FakeKernel(), [1], [Fact(tag).Source], tag)
            {
                Fit = fit,
                IsInherited = isInherited,
            }));

    private static Fact<Figure> Fact(Provenance tag) => new(
        new Figure(1),
        new FactSource(tag, "a test", "x.json", 3, "$.kernels.linearBf16.figures.perRow", "1 us"));
}
