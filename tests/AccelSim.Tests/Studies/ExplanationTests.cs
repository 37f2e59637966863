using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Tests.Studies;

public sealed class ExplanationTests
{
    [Fact]
    public void RateOfALink_NamesBandwidthAndLatencyApart() =>
        Assert.Equal(
            "bandwidth 450 GB/s, latency 1.5 us",
            Explain("dgx-h100", 2, 64, 1).Single(one => one.Name == "rate of scale-up").Values);

    [Fact]
    public void RateOfAProduct_HasTheFactsInThePlacesOfTheirNames() =>
        Assert.Equal(
            "132 × 4096 FLOP/cycle × 1.83 GHz",
            Explain("h100-sxm", 1, 64, 1).Single(one => one.Name == "rate of matrix bf16").Values);

    [Fact]
    public void PrefillSteps_AreTheFirstThoseBetweenAndTheLast()
    {
        var parts = Explain("h100-sxm", 1, 1024, 20)[0].Parts;
        Assert.Equal(
            ["first prefill step", "8 prefill steps between", "last prefill step"],
            parts.Select(part => part.Name));
    }

    [Fact]
    public void EnergyAndMemory_AreExpanded()
    {
        var numbers = Explain("h100-sxm", 1, 64, 1);
        var energy = numbers.Single(one => one.Name == "J per output token");
        Assert.Equal(
            ["matrix bf16", "vector", "hbm"], energy.Parts[^1].Parts.Select(part => part.Name));
        Assert.All(energy.Parts[^1].Parts, part => Assert.NotEmpty(part.Facts));
        Assert.Equal(
            ["weights", "activations", "runtime", "state", "block"],
            numbers.Single(one => one.Name == "KV blocks").Parts.Select(part => part.Name));
    }

    private static IReadOnlyList<ExplainedNumber> Explain(
        string hardware, int tp, int isl, int batch)
    {
        var deployment = new DeploymentBuilder(
            ModelCatalog.Load("llama-3.1-8b"), "auto", "auto", "auto", 16)
            .Build(Catalog.Open(hardware), new ReplicaSpec { Hardware = hardware, Tp = tp });
        return Explanation.Of(deployment, isl, 8, batch);
    }
}
