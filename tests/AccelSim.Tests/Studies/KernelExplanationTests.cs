using System.Text.RegularExpressions;
using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Tests.Costs;

namespace AccelSim.Tests.Studies;

public sealed partial class KernelExplanationTests
{
    [Fact]
    public void Kernel_IsExplainedByFormulaFiguresAndParts()
    {
        var kernel = Qkv(FakeKernel.Rung(FakeKernel.Fit(0.1))).Parts[0];
        Assert.Equal("kernel linearBf16", kernel.Name);
        Assert.Equal("601 us", kernel.Value);
        Assert.StartsWith("fixed + ∛(matrix³", kernel.Formula, StringComparison.Ordinal);
        Assert.Equal("perRow 1 us", kernel.Values);
        Assert.Equal(("x.json", 3), (kernel.Facts[0].File, kernel.Facts[0].Line));
        Assert.Equal(
            [("memory ←", "601 us")], kernel.Parts.Select(part => (part.Name, part.Value)));
    }

    [Theory]
    [InlineData(1e9, Provenance.Calibrated, false,
        "calibrated on 1,000 rows, within the sizes measured")]
    [InlineData(1e9, Provenance.Transferred, true,
        "transferred on 1,000 rows, of other devices, within the sizes measured there, band 1.5 "
        + "times as wide")]
    [InlineData(300, Provenance.Calibrated, false,
        "calibrated on 1,000 rows, beyond the sizes measured: m 600 not in 1 to 300")]
    [InlineData(1e9, Provenance.Assumed, false, "assumed on 1,000 rows, nothing fitted")]
    public void Price_TellsTagRowsAndDomain(
        double rows, Provenance tag, bool isInherited, string ground)
    {
        var values = Qkv(FakeKernel.Rung(FakeKernel.Fit(0.1, rows), tag, isInherited)).Values;
        Assert.StartsWith("kernel = 601 us each; 90 % band ", values, StringComparison.Ordinal);
        Assert.Contains("; " + ground, values, StringComparison.Ordinal);
    }

    [Fact]
    public void FamilyWithoutKernel_TellsThatTheRooflineStandsIn() => Assert.Contains(
        "; roofline, nothing fitted",
        Qkv(new CostRung("analytical", (device, formats, links) =>
            new AnalyticalCostModel(device, formats, links, _ => null))).Values,
        StringComparison.Ordinal);

    /// <summary>A camelCase word in a formula is a figure that the file states.</summary>
    [Fact]
    public void Formulas_OfShippedKernels_NameFiguresThatThereAre()
    {
        var problems = (
            from id in Catalog.Accelerators
            let fabric = Catalog.Open(id).Accelerator.Fabric
            from family in Enum.GetValues<KernelFamily>()
            let model = KernelModels.For(fabric, family)
            where model is not null
            let formula = model.Formula
            from text in new[]
            {
                formula.Whole, formula.Fixed, formula.Matrix, formula.Vector, formula.Memory,
                formula.Cache, formula.Link,
            }
            from Match word in Figure().Matches(text)
            where model.Parameters.All(parameter => parameter.Name != word.Value)
            select $"{model.GetType().Name}: {word.Value}").Distinct();
        Assert.Equal("", string.Join('\n', problems));
    }

    [GeneratedRegex(@"\b[a-z]+[A-Z]\w*")]
    private static partial Regex Figure();

    private static ExplainedNumber Qkv(CostRung rung)
    {
        var deployment = new DeploymentBuilder(
            ModelCatalog.Load("llama-3.1-8b"), "auto", "auto", "auto", 16)
        {
            Rung = rung,
        }.Build(Catalog.Open("h100-sxm"), new ReplicaSpec { Hardware = "h100-sxm" });
        return Explanation.Of(deployment, 300, 20, 2)[0].Parts[0].Parts
            .Single(part => part.Name.EndsWith("qkv_proj", StringComparison.Ordinal));
    }
}
