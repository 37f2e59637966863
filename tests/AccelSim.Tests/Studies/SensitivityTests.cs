using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Tests.Studies;

public sealed class SensitivityTests
{
    [Theory]
    [InlineData("h100-sxm", "llama-3.1-8b", 1)]
    [InlineData("h100-sxm", "llama-3.1-8b", 64)]
    [InlineData("tpu-v5e", "gemma-2b", 8)]
    [InlineData("cerebras-wse-2", "llama-3-8b", 8)]
    [InlineData("xeon-8480plus", "llama-3.2-1b", 8)]
    [InlineData("jetson-agx-orin", "qwen2.5-1.5b", 8)]
    public void Attribution_AgreesWithFiniteDifferences(string hardware, string model, int batch)
    {
        var compared = 0;
        foreach (var field in Study(hardware, model, batch))
        {
            // A count of 1 can only be doubled, and then something else binds.
            if (field.Step > 0.05) continue;
            foreach (var (metric, attributed) in field.Attributed)
            {
                // One per cent more of a field moves some operators from one bound to another.
                Assert.Equal(field.Measured[metric], attributed, 0.02);
                compared++;
            }
        }
        Assert.True(compared >= 4, $"only {compared} elasticities were attributed");
    }

    [Fact]
    public void Elasticities_OfAllRatesAndFixedTimes_MakeUpTheWholeTime()
    {
        // TPOT = Σ bytes/bandwidth + Σ ops/rate + fixed times: homogeneous of degree one in
        // (1/bandwidth, 1/clock, launch, host), so the elasticities' amounts sum to one.
        var fields = Study("h100-sxm", "llama-3.1-8b", 1);
        var hbm = Tpot(fields, "$.memory.hbm.bandwidth");
        var clock = Tpot(fields, "$.fabric.clock");
        var vectorClock = Tpot(fields, "$.fabric.vectorClock");
        var deployment = Build(Catalog.Open("h100-sxm"), "llama-3.1-8b");
        var point = new Estimate(deployment).Of(1024, 256, 1);
        var constant = point.Decode.Shares
            .Where(share => share.Resource.Name is "launch" or "host")
            .Sum(share => share.Share);
        Assert.Equal(1, -(hbm + clock + vectorClock) + constant, 3);
    }

    [Fact]
    public void PriceMovesTheCostAndNothingElse()
    {
        var price = Study("h100-sxm", "llama-3.1-8b", 8)
            .Single(field => field.Leaf.Path == "$.price.perHour");
        Assert.Equal(1, price.Measured["USD/Mtoken"], 6);
        Assert.Equal(0, price.Measured["TPOT"], 9);
        Assert.Equal(0, price.Measured["J/token"], 9);
    }

    [Fact]
    public void InertFieldsAreListedLast()
    {
        var fields = Study("h100-sxm", "llama-3.1-8b", 8);
        var area = fields.ToList().FindIndex(field => field.Leaf.Path == "$.die.area");
        var hbm = fields.ToList().FindIndex(field => field.Leaf.Path == "$.memory.hbm.bandwidth");
        Assert.True(hbm < area);
        Assert.Equal(0, fields[area].Strongest);
    }

    [Theory]
    [InlineData("h100-sxm", "$")]
    [InlineData("dgx-h100", "$.pools.gpu.accelerator")]
    public void EstimatedOverheads_TakeTheirShareOfTheStep(string hardware, string at)
    {
        var fields = Study(hardware, "llama-3.1-8b", 1);
        foreach (var path in new[] { ".overheads.kernelLaunch", ".overheads.hostPerStep" })
        {
            var field = fields.Single(one => one.Leaf.Path == at + path);
            Assert.True(field.IsEstimated);
            Assert.True(field.Leaf.Line > 0);
            Assert.True(field.Measured["TPOT"] > 0.1, path);
            Assert.Equal(field.Measured["TPOT"], field.Attributed["TPOT"], 1e-3);
        }
        var idle = fields.Single(one => one.Leaf.Path == at + ".power.idle");
        Assert.True(idle.Measured["J/token"] > 0.01);
    }

    [Fact]
    public void AFieldWithoutANumber_StandsWithTheInertOnes()
    {
        var hardware = Catalog.Open("h100-sxm");
        var leaf = hardware.Leaves.First(one => one.Source is not null);
        var field = new FieldSensitivity(
            leaf, 0.01, new Dictionary<string, double> { ["a"] = double.NaN, ["b"] = -0.5 },
            new Dictionary<string, double>(), null);
        Assert.Equal(0.5, field.Strongest);
    }

    [Fact]
    public void EntriesThatNameOneFile_MoveTogether()
    {
        var entry = new ReplicaSpec { Hardware = "h100-sxm" };
        var scenario = new Scenario
        {
            Model = "llama-3.1-8b",
            Replicas = [entry, entry],
            Workload = new WorkloadSource { Shipped = "azure-conv-2023-fit", NumRequests = 4 },
        };
        var fields = StudiedMetrics.OfScenario(ScenarioRunner.Load(scenario), 0);
        var price = fields.Single(field => field.Leaf.Path == "$.price.perHour");
        Assert.Equal(1, price.Measured["USD/Mtoken"], 6);
    }

    private static double Tpot(IEnumerable<FieldSensitivity> fields, string path) =>
        fields.Single(field => field.Leaf.Path == path).Measured["TPOT"];

    private static IReadOnlyList<FieldSensitivity> Study(
        string hardware, string model, int batch) =>
        StudiedMetrics.OfEstimate(
            Catalog.Open(hardware), document => Build(document, model), 1024, 256, batch);

    private static Deployment Build(HardwareDocument document, string model) =>
        new DeploymentBuilder(ModelCatalog.Load(model), "auto", "auto", "auto", 16)
        {
            // Its breakdown is exact: what a field is blamed for is what it moves.
            Rung = CostRung.Named("roofline", ""),
        }
            .Build(document, new ReplicaSpec
            {
                // No profile's host time stands before the file's own.
                Hardware = document.Id, Engine = new EngineSettings { Profile = "native" },
            });
}
