using AccelSim.Costs.Collectives;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

/// <summary>What must hold for every kind on every topology.</summary>
public sealed class CollectivePropertyTests
{
    public static TheoryData<CollectiveKind, Topology, LinkRole> Everything
    {
        get
        {
            var data = new TheoryData<CollectiveKind, Topology, LinkRole>();
            foreach (var kind in Enum.GetValues<CollectiveKind>())
            {
                foreach (var topology in Enum.GetValues<Topology>())
                {
                    data.Add(kind, topology, LinkRole.ScaleUp);
                    data.Add(kind, topology, LinkRole.ScaleOut);
                }
            }
            return data;
        }
    }

    private static readonly long[] Sizes = [0, 1, 1000, 65_536, 10_000_000, 4_000_000_000];
    private static readonly int[] Squares = [2, 4, 9, 16, 64, 256];

    private static LinkFigures Link(Topology topology, LinkRole role, int ends) =>
        new(new BytesPerSecond(100e9), new Seconds(1e-6), topology, ends, role);

    private static double Time(CollectiveKind kind, long bytes, int n, LinkFigures link) =>
        CollectiveModel.Cost(kind, new Bytes(bytes), n, link).Time.Value;

    [Theory]
    [MemberData(nameof(Everything))]
    public void OneRank_CostsNothing(CollectiveKind kind, Topology topology, LinkRole role)
    {
        var cost = CollectiveModel.Cost(kind, new Bytes(1_000_000), 1, Link(topology, role, 8));
        Assert.Equal(default, cost.Time);
        Assert.Equal(default, cost.LinkBytes);
        Assert.Equal(CollectiveAlgorithm.None, cost.Algorithm);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void HalfTheBandwidth_AlwaysTakesLonger(
        CollectiveKind kind, Topology topology, LinkRole role)
    {
        foreach (var n in Squares)
        {
            var link = Link(topology, role, n);
            var half = link with { Bandwidth = link.Bandwidth * 0.5 };
            foreach (var size in Sizes.Where(size => size > 0))
            {
                Assert.True(Time(kind, size, n, half) > Time(kind, size, n, link));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void MoreLatency_AlwaysTakesLonger(
        CollectiveKind kind, Topology topology, LinkRole role)
    {
        foreach (var n in Squares)
        {
            var link = Link(topology, role, n);
            var slow = link with { Latency = link.Latency * 2 };
            foreach (var size in Sizes)
            {
                Assert.True(Time(kind, size, n, slow) > Time(kind, size, n, link));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void MoreBytes_TakeLonger(CollectiveKind kind, Topology topology, LinkRole role)
    {
        foreach (var n in Squares)
        {
            var link = Link(topology, role, n);
            var times = Sizes.Select(size => Time(kind, size, n, link)).ToList();
            Assert.Equal(times.Order(), times);
            Assert.Equal(times.Count, times.Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void MoreRanks_NeverTakeLess(CollectiveKind kind, Topology topology, LinkRole role)
    {
        // Each group is all that its link joins, and square and cubic on grids: other groups have
        // fewer wires, and an all-reduce may well take longer on two ranks than on four.
        var grid = topology is Topology.Mesh2D or Topology.Torus2D or Topology.Torus3D;
        foreach (var size in Sizes)
        {
            var times = (grid ? [64, 729, 4096] : Squares)
                .Select(n => Time(kind, size, n, Link(topology, role, n))).ToList();
            Assert.Equal(times.Order(), times);
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void NoRank_SendsLessThanTheResultNeeds(
        CollectiveKind kind, Topology topology, LinkRole role)
    {
        foreach (var n in Squares)
        {
            var cost = CollectiveModel.Cost(kind, new Bytes(1_000_000), n, Link(topology, role, n));
            var least = kind switch
            {
                CollectiveKind.AllReduce => 2e6 * (n - 1) / n,
                CollectiveKind.SendReceive => 1e6,
                _ => 1e6 * (n - 1) / n,
            };
            Assert.True(cost.LinkBytes.Value >= Math.Floor(least));
            Assert.True(cost.LinkBytes.Value / 100e9 <= cost.Transfer.Value * 1.000001);
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void EveryFormula_NamesItsSource(CollectiveKind kind, Topology topology, LinkRole role)
    {
        var link = Link(topology, role, 16);
        var found = 0;
        foreach (var algorithm in Enum.GetValues<CollectiveAlgorithm>())
        {
            var cost = CollectiveModel.CostBy(algorithm, kind, new Bytes(1000), 16, link);
            if (cost is null) continue;
            found++;
            Assert.Matches(
                @"^[a-z/-]+, [a-z -]+, n = 16: .*α.* \(.*20\d\d.*\)$", cost.Value.Formula);
        }
        Assert.True(found > 0);
    }

    [Fact]
    public void TwoLevels_AddUpScatterAcrossAndGather()
    {
        var inside = Link(Topology.Switch, LinkRole.ScaleUp, 8) with { Latency = default };
        var across = Link(Topology.Switch, LinkRole.ScaleOut, 4) with
        {
            Latency = default,
            Bandwidth = new BytesPerSecond(10e9),
        };
        var cost = CollectiveModel.Cost(
            CollectiveKind.AllReduce, new Bytes(8_000_000), 8, inside, 4, across);
        var expected = 2 * 7 / 8.0 * 8e6 / 100e9 + 2 * 3 / 4.0 * 1e6 / 10e9;
        Assert.Equal(expected, cost.Time.Value, 12);
        Assert.Equal(14_000_000, (cost.Before.LinkBytes + cost.After.LinkBytes).Value);
        Assert.Equal(1_500_000, cost.Across.LinkBytes.Value);
    }

    [Theory]
    [InlineData(CollectiveKind.AllReduce, 2)]
    [InlineData(CollectiveKind.AllGather, 1)]
    [InlineData(CollectiveKind.ReduceScatter, 1)]
    public void TwoEqualLevels_MoveAsMuchAsOne(CollectiveKind kind, int rounds)
    {
        var link = Link(Topology.Switch, LinkRole.ScaleOut, 32) with { Latency = default };
        var cost = CollectiveModel.Cost(kind, new Bytes(32_000_000), 8, link, 4, link);
        var moved = cost.Before.LinkBytes + cost.Across.LinkBytes + cost.After.LinkBytes;
        Assert.Equal(rounds * 31_000_000, moved.Value);
    }

    [Theory]
    [InlineData(CollectiveKind.AllReduce)]
    [InlineData(CollectiveKind.AllGather)]
    [InlineData(CollectiveKind.ReduceScatter)]
    [InlineData(CollectiveKind.AllToAll)]
    [InlineData(CollectiveKind.SendReceive)]
    public void OneNode_CostsWhatItsLinkCosts(CollectiveKind kind)
    {
        var inside = Link(Topology.Switch, LinkRole.ScaleUp, 8);
        var across = Link(Topology.Switch, LinkRole.ScaleOut, 8);
        var size = new Bytes(1_000_000);
        Assert.Equal(
            CollectiveModel.Cost(kind, size, 8, inside).Time,
            CollectiveModel.Cost(kind, size, 8, inside, 1, across).Time);
        Assert.Equal(
            CollectiveModel.Cost(kind, size, 8, across).Time,
            CollectiveModel.Cost(kind, size, 1, inside, 8, across).Time);
    }

    [Fact]
    public void AllToAllOverTwoLevels_TakesTheSlowerOfBoth()
    {
        var inside = Link(Topology.Switch, LinkRole.ScaleUp, 8);
        var across = Link(Topology.Switch, LinkRole.ScaleOut, 4);
        var cost = CollectiveModel.Cost(
            CollectiveKind.AllToAll, new Bytes(8_000_000), 8, inside, 4, across);
        Assert.Equal(1e-6 + 6e6 / 100e9, cost.Time.Value, 12);
        Assert.Contains("; at the same time ", cost.Formula, StringComparison.Ordinal);
    }
}
