using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Costs.Analytical.Gpu;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using static AccelSim.Tests.Costs.Analytical.Kernels;

namespace AccelSim.Tests.Costs.Analytical;

/// <summary>Collectives of a library and of engines: limits, order, levels.</summary>
public sealed class GpuCollectiveTests
{
    private static readonly GpuCollective Library = new();
    private static readonly GpuPeerReduce Own = new();

    [Theory]
    [InlineData(OperatorKind.AllReduce, 2, 1.0)]
    [InlineData(OperatorKind.AllReduce, 4, 1.5)]
    [InlineData(OperatorKind.AllGather, 4, 0.75)]
    [InlineData(OperatorKind.ReduceScatter, 8, 0.875)]
    [InlineData(OperatorKind.AllToAll, 8, 0.875)]
    [InlineData(OperatorKind.SendReceive, 2, 1.0)]
    public void LargeMessages_TakeTheirShareOfTheLink(OperatorKind kind, int ranks, double load)
    {
        var figures = Figures(Library, ("linkShare", 0.5), ("copy", 0.001), ("contention", 0));
        var time = Price(Library, Machine(H100, Wires(false)), figures,
            Sum(10_000_000_000, ranks, kind, ReductionKernels.Library));
        Assert.InRange(time.Seconds, load * 1e10 / 225e9, 1.01 * load * 1e10 / 225e9);
    }

    [Fact]
    public void SmallMessages_TakeALaunchAndSteps()
    {
        var machine = Machine(H100, Wires(false));
        var figures = Figures(Library, ("launch", 9150), ("hop", 1830));
        var time = Price(Library, machine, figures,
            Sum(1, 4, OperatorKind.AllReduce, ReductionKernels.Library));
        // Twice three steps of a microsecond after five.
        Assert.Equal(11e-6, time.Seconds, 1e-9);
    }

    [Fact]
    public void SwitchesThatAddUp_HelpFromEightRanks()
    {
        var figures = Figures(Library, ("linkShare", 0.5), ("switchShare", 0.5));
        var sums = Machine(H100, Wires(true));
        var passes = Machine(H100, Wires(false));
        var four = Sum(1_000_000_000, 4, OperatorKind.AllReduce, ReductionKernels.Library);
        Assert.Equal(
            Price(Library, passes, figures, four).Seconds,
            Price(Library, sums, figures, four).Seconds);
        var eight = four with { Ranks = 8 };
        var saved = Price(Library, sums, figures, eight).Seconds
            / Price(Library, passes, figures, eight).Seconds;
        Assert.InRange(saved, 1.125 / 1.8 * 0.95, 1.125 / 1.8 * 1.05);
    }

    [Fact]
    public void Time_NeverFallsWithTheMessage()
    {
        var machine = Machine(H100, Wires(true));
        foreach (KernelModel model in new KernelModel[] { Library, Own })
        {
            var before = 0.0;
            for (var bytes = 1L; bytes < 4_000_000_000; bytes += 1 + bytes / 5)
            {
                var seconds = Price(model, machine, Figures(model),
                    Sum(bytes, 8, OperatorKind.AllReduce, ReductionKernels.Library)).Seconds;
                Assert.True(seconds >= before, $"{bytes} B: {before} -> {seconds} s");
                before = seconds;
            }
        }
    }

    [Fact]
    public void OneShot_WinsSmall_TwoShotLarge()
    {
        var machine = Machine(H100, Wires(false));
        var figures = Figures(Own, ("oneShotShare", 0.5), ("twoShotShare", 0.5), ("copy", 0.01),
            ("contention", 0));
        var small = Price(Own, machine, figures, Of(1024));
        var large = Price(Own, machine, figures, Of(1_000_000_000));
        Assert.Equal((figures[0] + 7 * figures[1]) / machine.Clock, small.Fixed, 1e-12);
        Assert.InRange(large.Link, 1.75 * 1e9 / 225e9, 1.76 * 1e9 / 225e9);

        static Operator Of(long bytes) =>
            Sum(bytes, 8, OperatorKind.AllReduce, ReductionKernels.Barriers);
    }

    [Theory]
    [InlineData(OperatorKind.AllReduce)]
    [InlineData(OperatorKind.AllGather)]
    [InlineData(OperatorKind.AllToAll)]
    [InlineData(OperatorKind.SendReceive)]
    public void NodesApart_AreSlowerThanOneNode(OperatorKind kind)
    {
        var figures = Figures(Library);
        var one = Sum(50_000_000, kind == OperatorKind.SendReceive ? 2 : 16, kind,
            ReductionKernels.Library);
        var near = Price(Library, Machine(H100, Wires(false, 16)), figures, one);
        var inside = kind == OperatorKind.SendReceive ? 1 : 8;
        var far = Price(Library, Machine(H100, Wires(false, inside, network: true)), figures, one);
        Assert.InRange(far.Seconds / near.Seconds, 1.1, 20);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(4_194_304)]
    [InlineData(536_870_912)]
    public void Engines_TakeTheFasterOfTheLibraryAndTheirOwn(long bytes)
    {
        var device = Device.From(Catalog.Open(H100).Accelerator, Catalog.Estimators);
        var model = new AnalyticalCostModel(
            device, FormatPlan.Unquantised(NumberFormat.Bf16),
            new Dictionary<CommunicationGroup, GroupLink>
            {
                [CommunicationGroup.Tensor] = Wires(true),
            });
        var library = Seconds(ReductionKernels.Library);
        var own = Seconds(ReductionKernels.Barriers);
        Assert.Equal(Math.Min(library, own), Seconds(ReductionKernels.Fastest));

        double Seconds(ReductionKernels by)
        {
            model.Price(Sum(bytes, 8, OperatorKind.AllReduce, by), out var cost);
            return cost.Seconds;
        }
    }
}
