using System.Text.RegularExpressions;
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

    /// <summary>Groq's 5120 lanes are no power of two, so nothing tells a slip by itself.</summary>
    private static readonly Regex OddLanes = new(@"^groq-lpu \$\.fabric\.vector\.fp");

    /// <summary>
    /// Fields that no other contradicts: of some device, a tenfold value lies within three times
    /// of the plausible ones, so it may be a bold design and is a warning only.
    /// </summary>
    private static readonly string[] Bold =
    [
        @"\.die\.(area|process)$", @"\.price\.", @"\.links\.\w+\.bandwidth$",
        @"\.memory\.\w+\.capacity$",
        @"\.memory\.(flash|uram|bram|l2|sram|infinityCache)\.bandwidth$",
        @"\.power\.(active|burst|burstTime|idle|tdp|vectorEnergy)$", @"\.power\.matrixEnergy\.",
        @"\.power\.memoryEnergy\.sram$", @"\.overheads\.runtimeReserve$",
        @"\.fabric\.engines\.", @"\.fabric\.(vector|matrix|simd|formats|core|dspMacs)\.",
        @"\.fabric\.(clock|matrixClock|columns|rows|coresPerSocket|sockets)$",
        @"\.fabric\.(specialFunctions|structuredSparsity|initiationInterval)$",
        @"\.fabric\.(dspSlices|dspUtilisation|memoryChannels)$",
    ];

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
            where leaf.Value > 0 && !leaf.IsFitted
            from factor in new[] { 10, 0.1, 1000, 0.001 }
            where !IsFound(document, leaf, factor)
            let slip = $"{id} {leaf.Path} × {factor}"
            where !Unseen.ContainsKey(slip)
            select slip;
        Assert.Equal("", string.Join('\n', missed));
    }

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void SlipOfTenOrThousand_IsAnErrorWhereItIsNoBoldDesign(string id)
    {
        var document = Catalog.Open(id);
        var missed =
            from leaf in document.Leaves
            where leaf.Value > 0 && !leaf.IsFitted
            from factor in new[] { 10, 0.1, 1000, 0.001 }
            where factor is 1000 or 0.001 || !Bold.Any(one => Regex.IsMatch(leaf.Path, one))
            where !IsFound(document, leaf, factor, LintSeverity.Error)
            let slip = $"{id} {leaf.Path} × {factor}"
            where !Unseen.ContainsKey(slip) && !OddLanes.IsMatch(slip)
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

    [Theory]
    [InlineData("\"memory\": { \"hbm\": { \"bandwidth\": \"6.7 TB/s @x\" } }",
        "warning: $.memory.hbm.bandwidth: 6.7 TB/s is 2 times busWidth × pinRate = 5120 bit × "
            + "5.238 Gbit/s = 3.352 TB/s, of which a part is inherited from h100-sxm.json and no "
            + "longer describes this memory. State busWidth and pinRate too, or remove them with "
            + "null.")]
    [InlineData("\"memory\": { \"hbm\": { \"pinRate\": \"6 Gbit/s @x\" } }",
        "warning: $.memory.hbm.pinRate: 3352 GB/s is 0.873 times busWidth × pinRate = 5120 bit × "
            + "6 Gbit/s = 3.84 TB/s: the bandwidth is inherited from h100-sxm.json, and it alone "
            + "counts. State the bandwidth too, or remove it with null.")]
    [InlineData("\"fabric\": { \"multiprocessors\": \"160 @x\" }",
        "warning: $.fabric.multiprocessors: peak.tf32, peak.bf16, peak.fp16, peak.fp8 and "
            + "peak.int8 are inherited from h100-sxm.json and no longer describe this chip. State "
            + "them, or remove them with null; results do not use them.")]
    [InlineData("\"peak\": { \"bf16\": \"1200 TFLOP/s @x\" }",
        "warning: $.peak.bf16: 1200 TFLOP/s is 1.21 times multiprocessors × matrix.bf16 × clock "
            + "= 989.4 TFLOP/s, of which a part is inherited from h100-sxm.json: a peak is only "
            + "compared and changes nothing. Change a factor of the formula.")]
    public void WhatIf_AgainstInheritedFigures_IsOneWarning(string member, string expected)
    {
        var found = Lines(Child(member));
        Assert.Contains("err.json(3): " + expected, found);
        Assert.DoesNotContain(found, line => line.Contains(": error: ", StringComparison.Ordinal));
        Assert.Single(found, line => line.Contains("inherited", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"memory\": { \"hbm\": { \"bandwidth\": \"33.5 TB/s @x\" } }",
        "$.memory.hbm.bandwidth: 33.5 TB/s is 9.99 times busWidth × pinRate = 5120 bit × 5.238 "
            + "Gbit/s = 3.352 TB/s. Mend the one that is wrong; buses count bits, pins bit/s.")]
    [InlineData("\"fabric\": { \"multiprocessors\": \"1320 @x\" }",
        "$.fabric.multiprocessors: 989.4 TFLOP/s is 0.1 times multiprocessors × matrix.bf16 × "
            + "clock = 9.894 PFLOP/s: both should agree. Mend the one that is wrong: the peak, or "
            + "a factor of the formula.")]
    [InlineData("\"memory\": { \"hbm\": { \"capacity\": \"80 MB @x\" } }",
        "$.memory.hbm.capacity: 80 MB / 3352 GB/s (memory.hbm.bandwidth) is odd: such devices "
            + "have 6 GB / 1 TB/s to 58 GB / 1 TB/s; did you mean \"80 GB\"? Check both for a "
            + "slip of ten or of a unit's prefix.")]
    [InlineData("\"power\": { \"tdp\": \"70 W @x\" }",
        "$.power.tdp: full load takes 528.5 W (idle 8.4 W, bf16 at peak 415.6 W, main memory at "
            + "full bandwidth 104.6 W), 7.55 times the TDP of 70 W. Check the TDP, the energies, "
            + "the process node and the rates.")]
    [InlineData("\"power\": { \"tdp\": \"7 kW @x\" }",
        "$.power.tdp: full load takes 1.36 kW (idle 840 W, bf16 at peak 415.6 W, main memory at "
            + "full bandwidth 104.6 W), 0.194 times the TDP of 7 kW. Check the TDP, the energies, "
            + "the process node and the rates.")]
    [InlineData("\"overheads\": { \"kernelLaunch\": \"2 ms @x\" }",
        "$.overheads.kernelLaunch: 2 ms is odd: devices of the class gpu take typically 2 us; did "
            + "you mean \"2 us\"? Check the unit (ns, us, ms; pJ/bit, pJ/B).")]
    [InlineData("\"price\": { \"perHour\": \"2990 USD/h @x\" }",
        "$.price.perHour: 2990 USD/h / 3352 GB/s (memory.hbm.bandwidth) is odd: such devices have "
            + "0.26 USD/h / 1 TB/s to 2.5 USD/h / 1 TB/s. Check both for a slip of ten or of a "
            + "unit's prefix.")]
    [InlineData("\"die\": { \"area\": \"8140 mm^2 @x\" }",
        "$.die.area: 8140 mm^2 is odd: such devices have 200 mm^2 to 1900 mm^2. Check for a slip "
            + "of ten or of a unit's prefix.")]
    [InlineData("\"fabric\": { \"vector\": { \"fp32\": \"256000 FLOP/cycle @x\" } }",
        "$.fabric.vector.fp32: 256000 FLOP/cycle is neither a power of two nor three times one, "
            + "as lanes are. Check for a slip of ten, and that it is the rate of one unit.")]
    public void SlipInAChild_IsAnErrorAtItsLine(string member, string expected) =>
        Assert.Contains("err.json(3): error: " + expected, Lines(Child(member)));

    [Fact]
    public void MistypedLevelOfAChild_NamesTheInheritedOne()
    {
        var error = Assert.Throws<ConfigException>(() => Lines(Child(
            "\"memory\": { \"hmb\": { \"bandwidth\": \"6.7 TB/s @x\" } }")));
        Assert.Equal(
            "err.json(3): $.memory.hmb: lacks \"role\", which a new one needs; did you mean "
                + "\"hbm\"? Known: hbm, l2, shared.",
            error.Message);
    }

    [Fact]
    public void Idle_AboveTdp_IsRefused()
    {
        const string parent = "hwconfigs/accelerators/h100-sxm.json";
        var line = 1 + Array.FindIndex(
            File.ReadAllLines(Path.Combine(RepositoryRoot.Path, parent)),
            text => text.Contains("\"tdp\"", StringComparison.Ordinal));
        Assert.Equal(
            "err.json(4): $.power.idle: idles at 800 W, not below its TDP of 700 W; check the "
                + $"unit of both.\n{parent}({line}): $.power.tdp: 700 W is not above the 800 W "
                + "that it idles at, so that nothing is left to work with.",
            Assert.Throws<ConfigException>(() => Lines("""
                {
                  "extends": "h100-sxm",
                  "sources": { "x": "assumed: test" },
                  "power": { "idle": "800 W @x" }
                }
                """)).Message);
    }

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

    private static string Child(string member) => $$"""
        { "extends": "h100-sxm",
          "sources": { "x": "assumed: test" },
          {{member}} }
        """;

    private static string[] Lines(string text) =>
    [
        .. HardwareLint.Lint(HardwareDocument.Parse(text, "err.json"), Catalog.Estimators)
            .Select(finding => finding.ToString()),
    ];

    private static bool IsFound(
        HardwareDocument document, FactLeaf leaf, double factor,
        LintSeverity least = LintSeverity.Warning)
    {
        try
        {
            return HardwareLint.Lint(document.WithScaled(leaf.Path, factor), Catalog.Estimators)
                .Any(found => found.Severity >= least
                    && (found.Path == leaf.Path || found.Suspects.Contains(leaf.Path)));
        }
        catch (ConfigException e)
        {
            return e.All.Any(problem => problem.Path == leaf.Path);
        }
    }
}
