using AccelSim.Costs.Collectives;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Costs;

public sealed class CollectiveModelTests
{
    private const double B = 450e9;
    private const double Alpha = 2e-6;
    private static readonly Bytes S = new(64_000_000);

    private static LinkFigures Link(
        Topology topology, int ends, LinkRole role = LinkRole.ScaleUp, bool inNetwork = false) =>
        new(new BytesPerSecond(B), new Seconds(Alpha), topology, ends, role, inNetwork);

    private static double By(
        CollectiveAlgorithm algorithm, CollectiveKind kind, int ranks, LinkFigures link) =>
        CollectiveModel.CostBy(algorithm, kind, S, ranks, link)!.Value.Time.Value;

    private static void Close(double expected, double actual) =>
        Assert.InRange(actual, expected * (1 - 1e-12), expected * (1 + 1e-12));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(576)]
    public void RingAllReduce_HasItsClosedForm(int n) => Close(
        2.0 * (n - 1) / n * S.Value / B + 2 * (n - 1) * Alpha,
        By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, n, Link(Topology.Switch, n)));

    [Theory]
    [InlineData(CollectiveKind.AllGather)]
    [InlineData(CollectiveKind.ReduceScatter)]
    public void HalfOfARingAllReduce_TakesHalfOfItsTime(CollectiveKind half) => Close(
        0.5 * By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, 8, Link(Topology.Ring, 8)),
        By(CollectiveAlgorithm.Ring, half, 8, Link(Topology.Ring, 8)));

    [Fact]
    public void OneShotAllReduce_SendsEverythingToEveryone() => Close(
        Alpha + 7 * S.Value / B,
        By(CollectiveAlgorithm.OneShot, CollectiveKind.AllReduce, 8, Link(Topology.Switch, 8)));

    [Fact]
    public void DirectAllReduce_MovesAsMuchAsARingInTwoSteps() => Close(
        2 * Alpha + 2 * 7 / 8.0 * S.Value / B,
        By(CollectiveAlgorithm.Direct, CollectiveKind.AllReduce, 8, Link(Topology.Switch, 8)));

    [Fact]
    public void InNetworkAllReduce_MovesTheVectorAboutOnce() => Close(
        2 * Alpha + 9 / 8.0 * S.Value / B,
        By(CollectiveAlgorithm.InNetwork, CollectiveKind.AllReduce, 8,
            Link(Topology.Switch, 8, inNetwork: true)));

    [Fact]
    public void TreeAllReduce_HasTheTimeOfTheBestChunkSize()
    {
        // A pipe 2·log₂n deep, through which c chunks follow one another.
        var best = double.MaxValue;
        for (var c = 1; c < 10_000; c++)
        {
            best = Math.Min(best, (8 + c) * (Alpha + 2 * S.Value / B / c));
        }
        var tree = By(CollectiveAlgorithm.Tree, CollectiveKind.AllReduce, 16,
            Link(Topology.Switch, 16, LinkRole.ScaleOut));
        Assert.InRange(tree, best * 0.999, best);
    }

    [Fact]
    public void AllToAll_KeepsTheOwnPart() => Close(
        Alpha + 7 / 8.0 * S.Value / B,
        CollectiveModel.Cost(CollectiveKind.AllToAll, S, 8, Link(Topology.Switch, 8)).Time.Value);

    [Fact]
    public void SendReceive_IsLatencyAndBytesOverBandwidth() => Close(
        Alpha + S.Value / B,
        CollectiveModel.Cost(CollectiveKind.SendReceive, S, 2, Link(Topology.Switch, 2))
            .Time.Value);

    [Theory]
    [InlineData(Topology.FullMesh, 7)]
    [InlineData(Topology.Ring, 2)]
    [InlineData(Topology.Torus2D, 4)]
    [InlineData(Topology.Torus3D, 6)]
    public void SendReceive_OverSeveralWiresUsesOne(Topology topology, int wires) => Close(
        Alpha + wires * S.Value / B,
        CollectiveModel.Cost(CollectiveKind.SendReceive, S, 2, Link(topology, 8)).Time.Value);

    [Fact]
    public void PartOfAFullMesh_HasOnlyTheWiresAmongItself() => Close(
        Alpha + S.Value / (B / 7),
        By(CollectiveAlgorithm.OneShot, CollectiveKind.AllReduce, 2, Link(Topology.FullMesh, 8)));

    [Fact]
    public void PartOfARing_IsALineWithHalfTheBandwidth() => Close(
        6 * Alpha + 2 * 3 / 4.0 * S.Value / (B / 2),
        By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, 4, Link(Topology.Ring, 8)));

    [Fact]
    public void Torus_UsesAllItsWiresInFewerSteps()
    {
        var share = 2 * 15 / 16.0 * S.Value / B;
        Close(12 * Alpha + share,
            By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, 16, Link(Topology.Torus2D, 16)));
        Close(12 * Alpha + 2 * share,
            By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, 16, Link(Topology.Mesh2D, 16)));
    }

    [Fact]
    public void AllToAll_OnARing_LoadsEachWireWithWhatPassesIt()
    {
        // 8 ranks: distances 1+2+3+4+3+2+1 = 16 hops of S/8 each, over 2 wires of B/2.
        var cost = CollectiveModel.Cost(CollectiveKind.AllToAll, S, 8, Link(Topology.Ring, 8));
        Close(4 * Alpha + 16 / 8.0 * S.Value / B, cost.Time.Value);
        Assert.Equal(2 * S.Value, cost.LinkBytes.Value);
    }

    [Fact]
    public void AllToAll_OnALine_IsLimitedByItsMiddle() => Close(
        // 4 · 4 pairs of S/8 cross the middle wire, which has B/2.
        7 * Alpha + 16 / 8.0 * S.Value / (B / 2),
        CollectiveModel.Cost(CollectiveKind.AllToAll, S, 8, Link(Topology.Ring, 9)).Time.Value);

    [Fact]
    public void Bus_CarriesWhatAllRanksSendOneAfterAnother() => Close(
        6 * Alpha + 2 * 3 * S.Value / B,
        By(CollectiveAlgorithm.Ring, CollectiveKind.AllReduce, 4, Link(Topology.Bus, 4)));

    [Fact]
    public void LargeAllReduce_GoesThroughTheSwitchThatAddsUpOnlyWhereThatIsLess()
    {
        CollectiveAlgorithm Chosen(int n) => CollectiveModel.Cost(
            CollectiveKind.AllReduce, S, n, Link(Topology.Switch, n, inNetwork: true)).Algorithm;
        Assert.Equal(CollectiveAlgorithm.OneShot, Chosen(2));
        Assert.Equal(CollectiveAlgorithm.InNetwork, Chosen(8));
    }

    [Theory]
    [InlineData(1_000, LinkRole.ScaleUp, CollectiveAlgorithm.OneShot)]
    [InlineData(64_000_000, LinkRole.ScaleUp, CollectiveAlgorithm.Direct)]
    [InlineData(1_000, LinkRole.ScaleOut, CollectiveAlgorithm.Tree)]
    [InlineData(1_000_000_000, LinkRole.ScaleOut, CollectiveAlgorithm.Ring)]
    public void TheFastestAllowedAlgorithm_IsChosen(
        long bytes, LinkRole role, CollectiveAlgorithm expected) => Assert.Equal(
            expected,
            CollectiveModel.Cost(
                CollectiveKind.AllReduce, new Bytes(bytes), 16, Link(Topology.Switch, 16, role))
                .Algorithm);

    [Theory]
    [InlineData(CollectiveAlgorithm.Tree, Topology.Ring)]
    [InlineData(CollectiveAlgorithm.Direct, Topology.Torus2D)]
    [InlineData(CollectiveAlgorithm.InNetwork, Topology.Switch)]
    [InlineData(CollectiveAlgorithm.Tree, Topology.FullMesh)]
    public void AnAlgorithmThatTheTopologyDoesNotAllow_HasNoCost(
        CollectiveAlgorithm algorithm, Topology topology) => Assert.Null(
            CollectiveModel.CostBy(
                algorithm, CollectiveKind.AllReduce, S, 4, Link(topology, 4)));

    [Fact]
    public void MoreRanksThanEnds_AreRefused() => Assert.Equal(
        "16 ranks on a link that joins 8.",
        Assert.Throws<ArgumentException>(() => CollectiveModel.Cost(
            CollectiveKind.AllReduce, S, 16, Link(Topology.Switch, 8))).Message);

    [Fact]
    public void ABandwidthOfZero_IsRefused() => Assert.Throws<ArgumentException>(
        () => CollectiveModel.Cost(
            CollectiveKind.AllReduce, S, 2, Link(Topology.Switch, 8) with { Bandwidth = default }));

    [Fact]
    public void Formula_ShowsSymbolsValuesAndSource() => Assert.Equal(
        "all-reduce, one-shot, n = 2: α + (n−1)·S/U = 1·2 us + 1·64 MB / 64.29 GB/s = 997.6 us, "
        + "of B = 450 GB/s 0.1429 usable (Thakur, Rabenseifner and Gropp, IJHPCA 2005)",
        CollectiveModel.CostBy(
            CollectiveAlgorithm.OneShot, CollectiveKind.AllReduce, S, 2,
            Link(Topology.FullMesh, 8))!
            .Value.Formula);

    [Theory]
    [InlineData(OperatorKind.AllReduce, CollectiveKind.AllReduce)]
    [InlineData(OperatorKind.AllToAll, CollectiveKind.AllToAll)]
    [InlineData(OperatorKind.Linear, null)]
    public void Operators_AreOrAreNotCollectives(OperatorKind kind, CollectiveKind? expected) =>
        Assert.Equal(expected, kind.Collective());

    [Fact]
    public void Cost_AllocatesNothing()
    {
        var link = Link(Topology.Torus3D, 64);
        CollectiveModel.Cost(CollectiveKind.AllReduce, S, 64, link);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = 0.0;
        for (var i = 0; i < 100; i++)
        {
            sum += CollectiveModel.Cost(CollectiveKind.AllReduce, S, 64, link).Time.Value;
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(sum > 0);
    }
}
