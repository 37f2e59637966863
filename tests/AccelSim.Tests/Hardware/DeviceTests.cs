using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class DeviceTests
{
    public static TheoryData<string> Shipped => [.. Catalog.Accelerators];

    [Fact]
    public void StatedFigure_IsTakenAsItIs()
    {
        var device = Of("h100-sxm", """ "overheads": { "kernelLaunch": "3 us @x" } """);
        Assert.Equal(3e-6, device.KernelLaunch.Value.Value);
        Assert.Equal("test", device.KernelLaunch.Source.Reference);
    }

    [Fact]
    public void Idle_ComesFromTheClass()
    {
        var idle = Of("h100-sxm", "").Idle;
        Assert.Equal(84, idle.Value.Value, 9);
        Assert.Equal(Provenance.Assumed, idle.Source.Tag);
        Assert.StartsWith(
            "estimator: idleShareOfTdp × tdp; ", idle.Source.Reference, StringComparison.Ordinal);
        Assert.Equal("hwconfigs/estimators.json", idle.Source.File);
    }

    [Fact]
    public void UnitBandwidth_IsAddedUp()
    {
        var device = Of("h100-sxm", """ "memory": { "shared": { "bandwidth": "200 GB/s @x" } } """);
        Assert.Equal(132 * 200e9, device.Bandwidth["shared"].Value.Value);
        Assert.Equal("200 GB/s × 132 units", device.Bandwidth["shared"].Source.Text);
    }

    [Fact]
    public void CacheWithoutBandwidth_IsLeftOut() =>
        Assert.DoesNotContain("shared", Of("h100-sxm", "").Bandwidth.Keys);

    [Fact]
    public void MainBandwidth_FollowsFromItsPins()
    {
        var device = Of("h100-sxm", """ "memory": { "hbm": { "bandwidth": null } } """);
        Assert.Equal(5120 * 5.238e9 / 8, device.Bandwidth["hbm"].Value.Value, 0);
        Assert.Equal("5120 bit × 5.238 Gbit/s", device.Bandwidth["hbm"].Source.Text);
    }

    [Fact]
    public void MatrixEnergy_OfAnUnknownNode_IsTheNearestNodes()
    {
        var energy = Of("h100-sxm", """ "die": { "process": "2 nm @x" } """)
            .MatrixEnergy(NumberFormat.Bf16);
        Assert.StartsWith(
            "estimator: processNodes.3 nm.matrixEnergy.bf16 at 3 nm, the node nearest to 2 nm; ",
            energy.Source.Reference.Replace("['3 nm']", ".3 nm", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void MatrixEnergy_OfAnUnstatedFormat_ScalesTheStatedOne()
    {
        var device = Of(
            "h100-sxm", """ "power": { "matrixEnergy": { "bf16": "1 pJ/FLOP @x" } } """);
        Assert.Equal(0.5e-12, device.MatrixEnergy(NumberFormat.Fp8).Value.Value, 15);
    }

    [Fact]
    public void MatrixEnergy_WithoutAMatrixUnit_IsAShareOfTheVectorEnergy()
    {
        var energy = Silent("epyc-9654").MatrixEnergy(NumberFormat.Bf16);
        Assert.Equal(8.4e-12, energy.Value.Value, 15);
        Assert.Equal(Provenance.Assumed, energy.Source.Tag);
        Assert.StartsWith(
            "estimator: vectorEnergy × 16 bit / 32 bit; estimator: processNodes['5 nm']."
                + "vectorEnergy at 5 nm × classes.cpu.vectorEnergyFactor (6); fp32 with fetch and "
                + "registers; ",
            energy.Source.Reference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xeon-8480plus", NumberFormat.Bf16, 1.1)]       // AMX
    [InlineData("xeon-8480plus", NumberFormat.Fp32, 33)]        // SIMD
    [InlineData("gaudi-3", NumberFormat.Bf16, 0.3)]
    [InlineData("alveo-u280", NumberFormat.Int8, 6.48)]
    [InlineData("cerebras-wse-3", NumberFormat.Fp16, 0.5)]
    [InlineData("apple-m1-max", NumberFormat.Fp32, 2.8)]        // an edge GPU without matrix units
    [InlineData("jetson-agx-orin", NumberFormat.Fp16, 0.95)]    // an edge GPU with them
    [InlineData("snapdragon-8-gen-3", NumberFormat.Fp16, 0.252)] // an edge NPU
    public void MatrixEnergy_OfASilentFile_IsThatOfItsEngine(
        string id, NumberFormat format, double picojoules) =>
        Assert.Equal(picojoules, Silent(id).MatrixEnergy(format).Value.Value * 1e12, 6);

    [Fact]
    public void EstimatedEnergies_AreNearThoseThatShippedFilesState()
    {
        var far =
            from id in Catalog.Accelerators
            // Boards that reach their power limit although their rates are held down.
            where id is not ("intel-b60" or "l20" or "rtx-3090" or "rtx-4090" or "rtx-5090")
            let stated = Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators)
            let power = stated.Spec.Power
            let silent = Silent(id)
            from format in power.MatrixEnergy.Keys
            where stated.MatrixRate(format) is not null
            let ratio = silent.MatrixEnergy(format).Value / stated.MatrixEnergy(format).Value
            where ratio is < 1 / 2.6 or > 2.6
            select $"{id} {format}: {ratio:F2}";
        Assert.Equal("", string.Join('\n', far));
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ShippedDevice_AtFullLoad_StaysNearItsTdp(string id)
    {
        var device = Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);
        var format = new[] { NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32 }
            .First(one => device.MatrixRate(one) is not null);
        var watts = device.Idle.Value.Value
            + (device.MatrixRate(format)!.Value.Value * device.MatrixEnergy(format).Value.Value)
            + (device.Bandwidth[device.MainMemory].Value.Value
                * device.MemoryEnergy[device.MainMemory].Value.Value);
        // A measured idle power is that of a card awake, above the estimate of one asleep.
        Assert.InRange(watts / device.Tdp.Value.Value, 0.39, 1.1);
    }

    [Fact]
    public void Price_PerHour_IncludesElectricity()
    {
        var device = Of("h100-sxm", "");
        Assert.True(device.PriceIncludesElectricity);
        Assert.Equal(2.99, device.PricePerHour.Value.Value);
    }

    [Fact]
    public void Price_Bought_IsWrittenOff()
    {
        var device = Of("h100-sxm", """ "price": { "perHour": null } """);
        Assert.False(device.PriceIncludesElectricity);
        Assert.Equal(30000 / (4 * 8766.0), device.PricePerHour.Value.Value, 9);
    }

    [Fact]
    public void Price_Unknown_FollowsFromPower()
    {
        var price = Of("h100-sxm", """ "price": null """).PricePerHour;
        Assert.Equal(40 * 700 / (4 * 8766.0), price.Value.Value, 9);
        Assert.StartsWith("estimator: purchasePerWatt × tdp / amortisation (4 years); ",
            price.Source.Reference, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownMemory_WithoutEnergy_SaysWhatToState()
    {
        var problem = Assert.Throws<AccelSim.Configuration.ConfigException>(
            () => Of("h100-sxm", """ "memory": { "hbm": { "technology": "HBM9" } } """));
        Assert.StartsWith(
            "\"HBM9\" is no known memory technology, so its energy must be stated as "
                + "power.memoryEnergy.hbm; did you mean \"HBM2\"? Known: ",
            problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_ShowEveryGapWithItsFormula()
    {
        var facts = HardwareFacts.Of(Catalog.Open("h100-sxm"), Catalog.Estimators);
        var launch = Assert.Single(facts, fact => fact.Path == "$.overheads.kernelLaunch");
        Assert.StartsWith("estimator: classes.gpu.kernelLaunch; ", launch.Reference,
            StringComparison.Ordinal);
        Assert.Contains(facts, fact => fact is
            { Path: "matrix rate, bf16", Reference: "multiprocessors × matrix.bf16 × clock" });
    }

    [Fact]
    public void Summary_OfACluster_AddsUp()
    {
        var one = HardwareSummary.Of(Catalog.Open("h100-sxm"), Catalog.Estimators);
        var eight = HardwareSummary.Of(Catalog.Open("dgx-h100"), Catalog.Estimators);
        Assert.Equal(8 * one.Bandwidth.Value, eight.Bandwidth.Value);
        Assert.Equal("8 × h100-sxm", eight.Parts);
        Assert.Equal(450e9, one.ScaleUp!.Value.Value);
    }

    /// <summary>A shipped device as if its file stated no energies.</summary>
    private static Device Silent(string id)
    {
        var spec = Catalog.Open(id).Accelerator;
        var power = new Power { Tdp = spec.Power.Tdp, Idle = spec.Power.Idle };
        return Device.From(spec with { Power = power }, Catalog.Estimators);
    }

    private static Device Of(string parent, string members)
    {
        var comma = members.Length > 0 ? "," : "";
        var text = $$"""
            { "extends": "{{parent}}", "sources": { "x": "assumed: test" }{{comma}}
              {{members}} }
            """;
        return Device.From(
            HardwareDocument.Parse(text, "what-if.json").Accelerator, Catalog.Estimators);
    }
}
