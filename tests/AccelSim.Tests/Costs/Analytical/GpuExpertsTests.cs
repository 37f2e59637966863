using AccelSim.Costs.Analytical.Gpu;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using static AccelSim.Tests.Costs.Analytical.Kernels;

namespace AccelSim.Tests.Costs.Analytical;

/// <summary>Grouped products of experts: limits, order, load skew.</summary>
public sealed class GpuExpertsTests
{
    private static readonly GpuExperts Model = new();

    [Fact]
    public void FewRows_TakeTheWeightsOverTheBandwidth()
    {
        var machine = Machine(H100);
        var ideal = Figures(Model,
            ("launch", 1e3), ("bandwidthShare", 1), ("tileBandwidth", 100), ("tileCost", 1),
            ("sharpness", 6));
        var one = Experts(64, 64, 4096, 7168, largest: 1);
        var floor = one.WeightBytes.Value / machine.Bandwidth;
        Assert.InRange(Price(Model, machine, ideal, one).Seconds, floor, 1.02 * floor);
    }

    [Fact]
    public void ManyRows_TakeTheMatrixShare()
    {
        var machine = Machine(H100);
        var figures = Figures(Model,
            ("matrixShare", 0.5), ("tileEdge", 0.1), ("tileCost", 1), ("cacheBandwidth", 400),
            ("reread", 0.001), ("sharpness", 6));
        var one = Experts(8 * 65536, 8, 8192, 8192);
        var floor = one.MatrixFlops.Value / (0.5 * machine.MatrixRate(NumberFormat.Bf16));
        Assert.InRange(Price(Model, machine, figures, one).Seconds, floor, 1.05 * floor);
    }

    [Fact]
    public void RanksWithoutRows_TakeTheLaunch()
    {
        var machine = Machine(H100);
        var time = Price(Model, machine, Figures(Model, ("launch", 18300)), Experts(0, 0, 64, 64));
        Assert.Equal(18300 / machine.Clock, time.Seconds, 1e-12);
        Assert.Equal(time.Seconds, time.Fixed);
    }

    [Theory]
    [InlineData(8, 4096, 7168)]
    [InlineData(128, 1536, 2048)]
    public void Time_NeverFallsWithRows(int groups, long n, long k)
    {
        var machine = Machine(H100);
        var figures = Figures(Model);
        var before = 0.0;
        for (var rows = groups; rows < 400_000; rows += Math.Max(1, rows / 37))
        {
            var seconds = Price(Model, machine, figures, Experts(rows, groups, n, k)).Seconds;
            Assert.True(seconds >= before, $"{rows} rows: {before} -> {seconds} s");
            before = seconds;
        }
    }

    [Fact]
    public void Skew_OfFullTiles_IsNeverFasterThanAnEvenLoad()
    {
        var machine = Machine(H100);
        var figures = Figures(Model);
        foreach (var mean in new[] { 128, 512, 4096 })
        {
            var even = Price(Model, machine, figures, Experts(64 * mean, 64, 4096, 4096));
            foreach (var factor in new[] { 1.0, 1.1, 1.5, 3, 10, 60 })
            {
                var skewed = Experts(64 * mean, 64, 4096, 4096, (long)(factor * mean));
                var time = Price(Model, machine, figures, skewed);
                Assert.True(time.Seconds >= even.Seconds * (1 - 1e-9),
                    $"mean {mean}, busiest × {factor}: {even.Seconds} -> {time.Seconds} s");
            }
        }
    }

    [Fact]
    public void Skew_ThatAddsTiles_CostsTime()
    {
        var machine = Machine(H100);
        var figures = Figures(Model, ("sharpness", 6));
        // Experts of 128 rows fill a tile each; of a log-uniform load many begin another.
        var even = Price(Model, machine, figures, Experts(64 * 128, 64, 8192, 8192));
        var skewed = Price(Model, machine, figures, Experts(64 * 128, 64, 8192, 8192, 400));
        Assert.InRange(skewed.Seconds / even.Seconds, 1.1, 2);
    }

    [Fact]
    public void Strays_CostTheirBytes()
    {
        var machine = Machine(H100);
        var figures = Figures(Model, ("strays", 1), ("row", 0.005), ("bandwidthShare", 1));
        var without = Price(Model, machine, figures, Experts(512, 8, 4096, 2048)).Seconds;
        var with = Price(
            Model, machine, figures, Experts(512, 8, 4096, 2048, strays: 100_000)).Seconds;
        // Two passes over two-byte numbers.
        Assert.Equal(2 * 2 * 4096 * 1e5 / machine.Bandwidth, with - without, 1e-6);
    }

    [Fact]
    public void RepeatedOperands_ComeFromTheCache_WhereTheyFit()
    {
        var machine = Machine(H100);
        var figures = Figures(Model, ("residency", 0.5));
        var small = Experts(1, 1, 1024, 1024);
        var large = Experts(64, 64, 8192, 8192);
        var cold = Price(Model, machine, figures, small);
        var warm = Price(Model, machine, figures, small with { Repeated = true });
        Assert.True(warm.Memory < 0.01 * cold.Memory, $"{cold.Memory} -> {warm.Memory} s");
        Assert.Equal(
            Price(Model, machine, figures, large).Seconds,
            Price(Model, machine, figures, large with { Repeated = true }).Seconds, 1e-9);
    }

    [Theory]
    [InlineData("memory.hbm.bandwidth")]
    [InlineData("memory.l2.capacity")]
    [InlineData("fabric.clock")]
    public void BetterHardware_IsNeverSlower(string field)
    {
        var document = Catalog.Open(H100);
        var figures = Figures(Model);
        var machine = Of(document);
        var better = Of(document.WithScaled(field, 1.5));
        foreach (var rows in new[] { 8, 100, 3000, 100_000 })
        {
            var one = Experts(rows, 8, 4096, 4096, rows / 4) with { Repeated = true };
            var before = Price(Model, machine, figures, one).Seconds;
            Assert.True(Price(Model, better, figures, one).Seconds <= before * (1 + 1e-9));
        }

        static AccelSim.Costs.Analytical.Machine Of(HardwareDocument document) =>
            new(Device.From(document.Accelerator, Catalog.Estimators));
    }
}
