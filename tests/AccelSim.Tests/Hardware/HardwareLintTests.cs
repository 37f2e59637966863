using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class HardwareLintTests
{
    /// <summary>Slips that lint cannot tell from the truth, and why.</summary>
    private static readonly Dictionary<string, string> Unseen = new()
    {
        // A tenth of a whole number is rounded to another power of two; a user's text is refused.
        ["snapdragon-8-gen-3 $.fabric.engines.npu.arraysPerCore × 0.1"] = "16 becomes 2",
        ["apple-m1-max $.fabric.engines.npu.cores × 0.1"] = "16 becomes 2",
        ["apple-m2-ultra $.fabric.engines.npu.cores × 0.1"] = "32 becomes 3",
        // 320 lanes by 16 become 512, a power of two; nothing else depends on it.
        ["groq-lpu $.fabric.vector.fp16 × 0.1"] = "5120 becomes 512",
        ["groq-lpu $.fabric.vector.fp32 × 0.1"] = "5120 becomes 512",
    };

    public static TheoryData<string> Shipped => [.. Catalog.Accelerators, .. Catalog.Clusters];

    public static TheoryData<string> Accelerators => [.. Catalog.Accelerators];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedFile_HasNoFinding(string id) =>
        Assert.Equal(
            "", string.Join('\n', HardwareLint.Lint(Catalog.Open(id), Catalog.Estimators)));

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void SlipOfTenOrThousand_IsFoundInEveryField(string id)
    {
        var document = Catalog.Open(id);
        var missed =
            from leaf in document.Leaves
            where leaf.Value > 0
            from factor in new[] { 10, 0.1, 1000, 0.001 }
            where !IsFound(document, leaf, factor)
            let slip = $"{id} {leaf.Path} × {factor}"
            where !Unseen.ContainsKey(slip)
            select slip;
        Assert.Equal("", string.Join('\n', missed));
    }

    [Theory]
    [InlineData("peak.bf16", "1979 TFLOP/s",
        "1979 TFLOP/s is 2 times multiprocessors × matrix.bf16 × clock = 989.4 TFLOP/s: it looks "
            + "like the sparse figure. State the dense peak, half of it.")]
    [InlineData("fabric.clock", "1.5 GHz",
        "989.4 TFLOP/s is 1.22 times multiprocessors × matrix.bf16 × clock = 811 TFLOP/s: both "
            + "should agree. Mend the one that is wrong: the peak, or a factor of the formula.")]
    [InlineData("memory.hbm.bandwidth", "3.35 GB/s",
        "3.35 GB/s is 0.000999 times busWidth × pinRate = 5120 bit × 5.238 Gbit/s = 3.352 TB/s. "
            + "Mend the one that is wrong; buses count bits, pins bit/s.")]
    [InlineData("memory.hbm.technology", "HBM33",
        "\"HBM33\" is no known memory technology; did you mean \"HBM3\"? Known: HBM2, HBM2e, HBM3, "
            + "HBM3e, HBM4, GDDR5, GDDR5X, GDDR6, GDDR6X, GDDR7, LPDDR4, LPDDR4X, LPDDR5, LPDDR5X, "
            + "DDR4, DDR5, SRAM, NAND.")]
    [InlineData("links.nvlink.bandwidth", "3600 Gbit/s", "")]
    [InlineData("links.nvlink.bandwidth", "3600 GB/s",
        "3600 GB/s is odd: NVLink 4 has, per direction, 50 GB/s to 450 GB/s. Check the unit (bit "
            + "or byte, G or T) and the technology's name.")]
    [InlineData("power.tdp", "70 W",
        "full load takes 528.5 W (idle 8.4 W, bf16 at peak 415.6 W, main memory at full bandwidth "
            + "104.6 W), 7.55 times the TDP of 70 W. Check the TDP, the energies, the process node "
            + "and the rates.")]
    [InlineData("die.process", "40 nm",
        "40 nm is no node with known energies. Known: 3 nm, 4 nm, 5 nm, 6 nm, 7 nm, 8 nm, 10 nm, "
            + "12 nm, 14 nm, 16 nm, 20 nm, 28 nm.")]
    [InlineData("fabric.vector.fp32", "250 FLOP/cycle",
        "250 FLOP/cycle is neither a power of two nor three times one, as lanes are. Check for a "
            + "slip of ten, and that it is the rate of one unit.")]
    [InlineData("fabric.matrix.bf16", "8192 FLOP/cycle",
        "989.4 TFLOP/s is 0.5 times multiprocessors × matrix.bf16 × clock = 1.979 PFLOP/s: the "
            + "rate looks like the sparse one. State the dense rate of a unit, half of it.")]
    [InlineData("price.purchase", "3000 USD",
        "3000 USD / 3352 GB/s (memory.hbm.bandwidth) is odd: such devices have 1500 USD / 1 TB/s "
            + "to 14000 USD / 1 TB/s. Check both for a slip of ten or of a unit's prefix.")]
    public void Finding_SaysWhatIsOddAndHowToMendIt(string path, string text, string expected)
    {
        var findings = HardwareLint.Lint(
            Catalog.Open("h100-sxm").WithText(path, text), Catalog.Estimators);
        var texts = findings.Select(found => $"{found.Problem} {found.Mend}").ToArray();
        if (expected.Length == 0) Assert.Empty(texts);
        else Assert.Contains(expected, texts);
    }

    [Fact]
    public void Idle_AboveTdp_IsRefused() => Assert.Equal(
        "err.json(4): $.power.idle: idles at 800 W, not below its TDP of 700 W; check the unit of "
            + "both.\nhwconfigs/accelerators/h100-sxm.json(54): $.power.tdp: 700 W is not above "
            + "the 800 W that it idles at, so that nothing is left to work with.",
        Assert.Throws<ConfigException>(() => Lines("""
            {
              "extends": "h100-sxm",
              "sources": { "x": "assumed: test" },
              "power": { "idle": "800 W @x" }
            }
            """)).Message);

    [Fact]
    public void Fact_WithoutSource_IsAWarning() => Assert.Contains(
        "err.json(2): warning: $.memory.hbm.capacity: has no source. Add a key of \"sources\" "
            + "behind it, such as \"… @ds\", or a \"source\" to the block around it.",
        Lines("""
            { "extends": "h100-sxm",
              "memory": { "hbm": { "capacity": "96 GB" } } }
            """));

    [Fact]
    public void Peak_InAFormatWithoutARate_IsAnError() => Assert.Contains(
        "err.json(3): error: $.peak.fp4: states a peak in fp4, but the fabric has no rate for it. "
            + "Add fp4 to the fabric's rates, or take it out here.",
        Lines("""
            { "extends": "h100-sxm",
              "sources": { "x": "assumed: test" },
              "peak": { "fp4": "4000 TFLOP/s @x" } }
            """));

    [Fact]
    public void Weights_ThatDoNotFit_AreAnError()
    {
        var findings = HardwareLint.Lint(
            Catalog.Open("h100-sxm"), Catalog.Estimators, ("llama-3.1-70b", new(141_000_000_000)));
        var found = Assert.Single(findings);
        Assert.Equal(
            "the weights of llama-3.1-70b take 141 GB, but only 84.4 GB of main memory are free. "
                + "Use a cluster and --tp, a larger accelerator, or a narrower weight format.",
            $"{found.Problem} {found.Mend}");
    }

    [Fact]
    public void Weights_ThatFitTheCluster_AreFine() => Assert.Empty(HardwareLint.Lint(
        Catalog.Open("dgx-h100"), Catalog.Estimators, ("llama-3.1-70b", new(141_000_000_000))));

    private static IEnumerable<string> Lines(string text) => HardwareLint
        .Lint(HardwareDocument.Parse(text, "err.json"), Catalog.Estimators)
        .Select(finding => finding.ToString());

    private static bool IsFound(HardwareDocument document, FactLeaf leaf, double factor)
    {
        try
        {
            return HardwareLint.Lint(document.WithScaled(leaf.Path, factor), Catalog.Estimators)
                .Any(found => found.Path == leaf.Path || found.Suspects.Contains(leaf.Path));
        }
        catch (ConfigException e)
        {
            return e.All.Any(problem => problem.Path == leaf.Path);
        }
    }
}
