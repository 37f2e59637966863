using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Tests.Serving;

/// <summary>Whatever ships runs end to end, with and without leaps, and means something.</summary>
public sealed class ShippedRunTests
{
    public static TheoryData<string> Accelerators => [.. Catalog.Accelerators];

    public static TheoryData<string> Clusters => [.. Catalog.Clusters];

    public static TheoryData<string> Models => [.. ModelCatalog.Ids];

    private static readonly (double, int, int)[] Load =
        [(0, 200, 20), (0, 30, 40), (0.01, 100, 1), (0.02, 700, 30)];

    private static readonly EngineSettings Engine =
        new() { MaxNumSeqs = 8, MaxNumBatchedTokens = 256 };

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void Accelerator_Serves(string id) =>
        Serve(Rig.Deploy(Catalog.Open(id), ModelCatalog.Load("llama-68m"), Rig.Spec(Engine)));

    [Theory]
    [MemberData(nameof(Clusters))]
    public void EachPoolOfACluster_Serves_AloneAndOverTwoRanks(string id)
    {
        var cluster = Catalog.Open(id);
        foreach (var (pool, there) in cluster.Cluster.Pools)
        {
            foreach (var (tp, pp) in new[] { (1, 1), (2, 1), (1, 2) })
            {
                if (tp * pp > there.PerNode.Value.Value * there.Nodes.Value.Value) continue;
                Serve(Rig.Deploy(
                    cluster, ModelCatalog.Load("qwen3-0.6b"),
                    Rig.Spec(Engine, tp, pp) with { Pool = pool }));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Model_IsServed(string id) =>
        Serve(Rig.Deploy(Rig.Chip(), ModelCatalog.Load(id), Rig.Spec(Engine)));

    private static void Serve(Deployment deployment)
    {
        var leaping = Rig.Simulate(deployment, Rig.Requests(Load));
        var stepping = Rig.Simulate(deployment, Rig.Requests(Load), leaps: false);
        var result = Rig.Result(leaping);
        Assert.Equal(
            stepping.Records.Select(record => (record.FirstToken, record.LastToken)),
            leaping.Records.Select(record => (record.FirstToken, record.LastToken)));
        Assert.Equal(Load.Length, result.Metrics.Completed);
        Assert.True(result.Joules > 0 && double.IsFinite(result.Joules));
        Assert.True(result.Usd > 0 && double.IsFinite(result.Usd));
        Assert.Equal(1, result.ProvenanceShares.Values.Sum(), 1e-9);
        Assert.All(result.Limits, phase =>
            Assert.Equal(1, phase.Shares.Sum(share => share.Share), 1e-9));
        Assert.InRange(result.PeakKvShare, 0, 1);
    }
}
