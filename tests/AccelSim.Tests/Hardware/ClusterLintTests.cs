using AccelSim.Configuration;
using AccelSim.Hardware;

namespace AccelSim.Tests.Hardware;

public sealed class ClusterLintTests
{
    public static TheoryData<string> Clusters => [.. Catalog.Clusters];

    [Theory]
    [MemberData(nameof(Clusters))]
    public void SlipOfTenOrThousand_IsFoundInEveryField(string id)
    {
        var document = Catalog.Open(id);
        var missed =
            from leaf in document.Leaves
            where leaf.Value > 0 && leaf.File == document.File
            from factor in new[] { 10, 0.1, 1000, 0.001 }
            where !IsFound(document, leaf.Path, factor)
            select $"{id} {leaf.Path} × {factor}";
        Assert.Equal("", string.Join('\n', missed));
    }

    [Theory]
    [InlineData("$.network.latency", 10)]
    [InlineData("$.network.latency", 0.1)]
    [InlineData("$.network.latency", 1000)]
    [InlineData("$.network.latency", 0.001)]
    [InlineData("$.pools.gpu.scaleUp.latency", 10)]
    [InlineData("$.pools.gpu.scaleUp.latency", 0.1)]
    public void SlipOfALatency_IsFound(string path, double factor)
    {
        var document = HardwareDocument.Parse(WithLatencies, "mine.json");
        Assert.Empty(HardwareLint.Lint(document, Catalog.Estimators));
        Assert.True(IsFound(document, path, factor));
    }

    [Theory]
    [InlineData("accelerators", "80",
        "Error: $.accelerators: states 80, but perNode × nodes of the pools is "
            + "8 × 1 = 8. Mend the one that is wrong.")]
    [InlineData("host.power", "23 kW",
        "Warning: $.host.power: 23 kW / 700 W (pools.gpu.accelerator.power.tdp) / 8 "
            + "(pools.gpu.perNode) is odd: such devices have 0.16 W / 1 W / 1 to 1.5 W / 1 W / 1. "
            + "Check all of them for a slip of ten or of a unit's prefix.")]
    [InlineData("host.memory", "2 GB",
        "Error: $.host.memory: 2 GB / 80 GiB "
            + "(pools.gpu.accelerator.memory.hbm.capacity) / 8 (pools.gpu.perNode) is odd: such "
            + "devices have 0.7 GB / 1 GB / 1 to 6.9 GB / 1 GB / 1; did you mean \"2 TB\"? "
            + "Check all of them for a slip of ten or of a unit's prefix.")]
    [InlineData("network.bandwidth", "400 GB/s",
        "Error: $.network.bandwidth: 400 GB/s is odd: such devices have 6.2 GB/s "
            + "to 100 GB/s. Check for a slip of ten or of a unit's prefix.")]
    [InlineData("pools.gpu.scaleUp.bandwidth", "45 GB/s",
        "Warning: $.pools.gpu.scaleUp.bandwidth: 45 GB/s is odd: NVLink 4 has, per "
            + "direction, 50 GB/s to 450 GB/s. Check the unit (bit or byte, G or T) and the "
            + "technology's name.")]
    public void Finding_SaysWhatIsOddAndHowToMendIt(string path, string text, string expected)
    {
        var changed = HardwareDocument.Parse(WithLatencies, "mine.json").WithText(path, text);
        Assert.Contains(expected, HardwareLint.Lint(changed, Catalog.Estimators)
            .Select(found => $"{found.Severity}: {found.Path}: {found.Problem} {found.Mend}"));
    }

    private const string WithLatencies = """
        {
          "extends": "dgx-h100",
          "sources": { "x": "assumed: test" },
          "pools": { "gpu": { "scaleUp": { "latency": "1.5 us @x" } } },
          "network": { "latency": "2 us @x" }
        }
        """;

    private static bool IsFound(HardwareDocument document, string path, double factor)
    {
        try
        {
            return HardwareLint.Lint(document.WithScaled(path, factor), Catalog.Estimators)
                .Any(found => found.Path == path || found.Suspects.Contains(path));
        }
        catch (ConfigException e)
        {
            // More nodes than one need a network; the whole file lacks it.
            return e.All.Any(problem => problem.Path == path
                || problem.Problem.StartsWith("lacks \"network\"", StringComparison.Ordinal));
        }
    }
}
