using AccelSim.Costs.Analytical.Gpu;
using AccelSim.Models;
using AccelSim.Units;
using static AccelSim.Tests.Costs.Analytical.Kernels;

namespace AccelSim.Tests.Costs.Analytical;

/// <summary>Kernels whose work follows their rows: limits and order.</summary>
public sealed class GpuRowWiseTests
{
    private static readonly GpuRowWise Model = new();

    [Fact]
    public void LargeOperands_TakeTheirBytesOverTheBandwidth()
    {
        var machine = Machine(H100);
        var time = Price(Model, machine, Figures(Model, ("bandwidthShare", 0.8)), Of(1L << 33));
        var floor = 2.0 * (1L << 33) / (0.8 * machine.Bandwidth);
        Assert.InRange(time.Seconds, 0.98 * floor, 1.02 * floor);
    }

    [Fact]
    public void SmallOperands_TakeALaunch()
    {
        var machine = Machine(H100);
        var time = Price(Model, machine, Figures(Model, ("launch", 3660)), Of(128));
        Assert.InRange(time.Seconds, 2e-6, 2.1e-6);
    }

    [Fact]
    public void Operands_JustWritten_ComeFromTheCache()
    {
        var machine = Machine(H100);
        var time = Price(Model, machine, Figures(Model), Of(1L << 20));
        Assert.True(time.Cache > 10 * time.Memory, $"{time.Cache} s, {time.Memory} s");
    }

    [Fact]
    public void Time_NeverFallsWithBytes()
    {
        var machine = Machine(H100);
        var before = 0.0;
        for (var bytes = 1L; bytes < 1L << 34; bytes += 1 + bytes / 9)
        {
            var seconds = Price(Model, machine, Figures(Model), Of(bytes)).Seconds;
            Assert.True(seconds >= before, $"{bytes} B: {before} -> {seconds} s");
            before = seconds;
        }
    }

    [Fact]
    public void MuchArithmetic_TakesTheVectorShare()
    {
        var machine = Machine(H100);
        var one = Of(4096) with { VectorFlops = new Flops(1_000_000_000_000) };
        var time = Price(Model, machine, Figures(Model, ("vectorShare", 0.25)), one);
        Assert.InRange(
            time.Seconds * machine.VectorRate / 1e12, 4, 4.01);
    }

    private static Operator Of(long bytes) => new()
    {
        Name = "activation",
        Kind = OperatorKind.ElementWise,
        Count = 1,
        M = 1,
        InputBytes = new Bytes(bytes),
        OutputBytes = new Bytes(bytes),
    };
}
