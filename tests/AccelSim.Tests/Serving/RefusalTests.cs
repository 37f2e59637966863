using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Tests.Serving;

/// <summary>Settings that a device or a model cannot follow.</summary>
public sealed class RefusalTests
{
    private const string HostLink = """
        ,
            "pcie": {
              "role": "host", "technology": "PCIe 4.0 x16",
              "bandwidth": "10 GB/s", "latency": "0 us", "topology": "bus"
            }
        """;

    [Fact]
    public void Swap_WithoutAHostLink_IsRefused()
    {
        var engine = new EngineSettings { PreemptionMode = PreemptionMode.Swap };
        var problem = Assert.Throws<ConfigException>(() => Rig.Deploy(
            Rig.Chip((HostLink, "")), spec: Rig.Spec(engine)));
        Assert.Equal(
            "chip.json: --preemption-mode: chip states no link with the role \"host\" to swap "
            + "blocks to; add one, or use recompute.", problem.Message);
    }

    [Theory]
    [InlineData("t5-large", "its encoder reads a prompt as a whole")]
    [InlineData("llada-8b", "its tokens see those that follow, so that equal prefixes have "
        + "different keys and values")]
    [InlineData("jamba-v0.1", "its recurrent layers keep one state, not one for each block of a "
        + "prompt")]
    [InlineData("granite-4.0-h-tiny", "its recurrent layers keep one state, not one for each block "
        + "of a prompt")]
    [InlineData("qwen3-next-80b-a3b", "its recurrent layers keep one state, not one for each block "
        + "of a prompt")]
    public void PrefixCaching_WherePrefixesCannotBeShared_IsRefused(string model, string reason)
    {
        var engine = new EngineSettings { EnablePrefixCaching = true };
        var problem = Assert.Throws<ConfigException>(() => Rig.Deploy(
            Rig.Chip(), ModelCatalog.Load(model), Rig.Spec(engine)));
        Assert.Equal(
            $"--enable-prefix-caching: is not possible with {model}: {reason}; leave it out.",
            problem.Message);
    }

    [Fact]
    public void BlocksBeyondMemory_AreInfeasible()
    {
        var most = Rig.Deploy(Rig.Chip()).Memory.Blocks;
        Assert.Equal(most, Blocks(most).Memory.Blocks);
        var wrong = Assert.Throws<InfeasiblePlanException>(() => Blocks(most + 1));
        Assert.StartsWith(
            $"--num-gpu-blocks-override {most + 1} is more than the {most} KV blocks that fit "
            + "chip at --gpu-memory-utilization 0.9; they fit from --gpu-memory-utilization 0.9",
            wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>As many resources as there can be: what the reader admits is priced.</summary>
    [Fact]
    public void SixPricedLevels_ArePriced()
    {
        var caches = string.Concat(Enumerable.Range(1, 5).Select(i =>
            $"\"l{i}\": {{ \"role\": \"cache\", \"technology\": \"SRAM\", "
            + "\"capacity\": \"1 MB\", \"bandwidth\": \"9 TB/s\" },"));
        var chip = Rig.Chip(
            ("\"memory\": {", "\"memory\": {" + caches),
            ("\"fp16\": \"1000 FLOP/cycle\"", "\"fp8\": \"2000 FLOP/cycle\""),
            ("\"fp16\": \"1 pJ/FLOP\"", "\"fp8\": \"1 pJ/FLOP\""));
        var deployment = new DeploymentBuilder(Rig.Model, "auto", "auto", "fp8", 16)
            .Build(chip, Rig.Spec(tp: 2));
        // Two formats, vector, six levels, wire, host link and four fixed costs.
        Assert.Equal(15, deployment.Stages[0].Model.Resources.Count);
    }

    private static Deployment Blocks(long blocks) => Rig.Deploy(
        Rig.Chip(), spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = blocks }));
}
