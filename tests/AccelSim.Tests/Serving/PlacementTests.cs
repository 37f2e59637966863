using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Tests.Serving;

/// <summary>Ranks stand in nodes: what crosses nodes takes the network.</summary>
public sealed class PlacementTests
{
    [Fact]
    public void EnginesInDifferentNodes_GatherTokensOverTheNetwork()
    {
        var deployment = Rig.Deploy(
            Catalog.Open("16x-h100"), ModelCatalog.Load("mixtral-8x7b"), Rig.Spec(tp: 8, dp: 2));
        var (one, cost) = Priced(
            deployment, "moe.all_gather", new StepShape
            {
                PrefillTokens = 2048, PrefillSequences = 1, PrefillPairs = 1, PrefillKvTokens = 1,
                SampledTokens = 1, ExpertTokens = 4096,
            });
        var network = Index(deployment, "network");
        var perDirection = Catalog.Open("16x-h100").Cluster.Network!.Bandwidth.Value;
        Assert.True(cost.Busy[network] >= one.MessageBytes.Value / 2 / perDirection.Value);
        Assert.Equal(0, cost.Busy[Index(deployment, "scale-up")]);
    }

    [Fact]
    public void CollectiveOverNodes_IsBlamedOnBothLevels()
    {
        var deployment = Rig.Deploy(
            Catalog.Open("16x-h100"), ModelCatalog.Load("llama-3.1-405b"), Rig.Spec(tp: 16));
        var (_, cost) = Priced(
            deployment, "attention.all_reduce",
            new StepShape { DecodeTokens = 64, DecodeSequences = 64, SampledTokens = 64 });
        Assert.True(cost.Share[Index(deployment, "network")] > 0);
        Assert.True(cost.Share[Index(deployment, "scale-up")] > 0);
        Assert.Equal(cost.Seconds, cost.Share.Sum(), 1e-12);
    }

    [Fact]
    public void RanksThatDoNotFillNodesEvenly_AreRefused()
    {
        var problem = Assert.Throws<ConfigException>(() => Rig.Deploy(
            Catalog.Open("16x-h100"), ModelCatalog.Load("opt-125m"), Rig.Spec(tp: 12)));
        Assert.Equal(
            "--tp: 12 ranks do not divide evenly over nodes that hold 8 of them; choose a "
            + "multiple of 8.", problem.Message);
    }

    [Fact]
    public void EmptyMessage_CostsNothing()
    {
        var deployment = Rig.Deploy(
            Catalog.Open("dgx-h100"), ModelCatalog.Load("llama-3.1-8b"), Rig.Spec(tp: 2));
        var (_, cost) = Priced(
            deployment, "lm_head.all_gather",
            new StepShape { PrefillTokens = 64, PrefillSequences = 1 });
        Assert.Equal(0, cost.Seconds);
    }

    [Fact]
    public void LoneAccelerators_SayThatTheirNodeIsAssumed()
    {
        var deployment = Rig.Deploy(
            Catalog.Open("h100-sxm"), ModelCatalog.Load("llama-3.1-8b"), Rig.Spec(tp: 4));
        Assert.Contains(
            "h100-sxm is one accelerator: all 4 of the replica are assumed to stand in one node, "
            + "joined by nvlink (450 GB/s per direction); a cluster file states what really is.",
            deployment.Graph.Formats.Notes);
    }

    [Fact]
    public void BoughtReplica_PaysForItsOwnElectricityOnly()
    {
        var model = ModelCatalog.Load("llama-3.1-8b");
        var rented = Rig.Deploy(Catalog.Open("h100-sxm"), model);
        var bought = Rig.Deploy(Catalog.Open("a30"), model, Rig.Spec());
        Assert.True(rented.Device.PriceIncludesElectricity);
        Assert.False(bought.Device.PriceIncludesElectricity);
        var load = Rig.Requests((0, 500, 20), (0, 500, 20));
        var both = Rig.Result(Rig.Simulate([rented, bought], load));
        var alone = Rig.Result(Rig.Simulate([bought], Rig.Requests((0, 500, 20))));
        // The slower one sets the length of both runs.
        Rig.Near(Amount(alone.Cost, "electricity"), Amount(both.Cost, "electricity"), 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void EnginesOfADenseModel_ShareTheBatchOfAnEstimate(int dp)
    {
        var model = ModelCatalog.Load("llama-3.1-8b");
        var one = new Estimate(Rig.Deploy(Catalog.Open("dgx-h100"), model)).Of(512, 64, 8);
        var many = new Estimate(
            Rig.Deploy(Catalog.Open("dgx-h100"), model, Rig.Spec(dp: dp))).Of(512, 64, 8 * dp);
        Assert.Equal(one.Ttft, many.Ttft);
        Assert.Equal(one.Tpot, many.Tpot);
        Rig.Near(dp * one.OutputTokensPerSecond, many.OutputTokensPerSecond);
        Rig.Near(one.JoulesPerOutputToken, many.JoulesPerOutputToken);
        Rig.Near(one.UsdPerMillionOutputTokens, many.UsdPerMillionOutputTokens);
    }

    private static double Amount(IEnumerable<LedgerEntry> ledger, string component) =>
        ledger.Single(entry => entry.Component == component).Amount;

    private static (Operator Operator, OperatorCost Cost) Priced(
        Deployment deployment, string name, StepShape shape)
    {
        var stage = deployment.Stages[0];
        var template = stage.Operators.First(
            candidate => candidate.Name.EndsWith(name, StringComparison.Ordinal));
        var one = template.At(shape);
        stage.Model.Price(one, out var cost);
        return (one, cost);
    }

    private static int Index(Deployment deployment, string resource) =>
        deployment.Stages[0].Model.Resources.ToList()
            .FindIndex(candidate => candidate.Name == resource);
}
