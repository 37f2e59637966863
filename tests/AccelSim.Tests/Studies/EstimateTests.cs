using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Workloads;

namespace AccelSim.Tests.Studies;

public sealed class EstimateTests
{
    [Theory]
    [InlineData("llama-3.1-8b", 1, 1)]
    [InlineData("mistral-7b", 1, 1)]
    [InlineData("qwen3-30b-a3b", 2, 1)]
    [InlineData("llama-3-70b", 4, 2)]
    public void SingleRequest_TakesWhatTheSimulationTakes(string model, int tp, int pp)
    {
        var spec = new ReplicaSpec { Hardware = "dgx-h100", Tp = tp, Pp = pp };
        var deployment = new DeploymentBuilder(
            ModelCatalog.Load(model), "auto", "auto", "auto", 16)
            .Build(Catalog.Open("dgx-h100"), spec);
        var point = new Estimate(deployment).Of(700, 40, 1);
        var run = new ServingSimulation(
            new Workload
            {
                Origin = "one request",
                Requests =
                [
                    new Request
                    {
                        Id = 0, Arrival = default, PromptTokens = 700, OutputTokens = 40,
                    },
                ],
            },
            [deployment], RouterKind.RoundRobin);
        run.Run();
        Assert.Equal(run.Records[0].Ttft.Value, point.Ttft.Value, 1e-9);
        Assert.Equal(run.Records[0].Tpot!.Value.Value, point.Tpot!.Value.Value, 1e-9);
    }

    [Fact]
    public void PrefillPhase_SumsToTheStepsItIsExplainedBy()
    {
        var deployment = H100("llama-3.1-8b");
        var point = new Estimate(deployment).Of(1024, 8, 2);
        var step = Explanation.Of(deployment, 1024, 8, 2)[0].Parts.Single();
        Assert.Equal(point.Prefill.Time.ToString(), step.Value);
    }

    [Fact]
    public void Explanation_NamesFileAndLineOfEveryRate()
    {
        var text = Catalog.Open("h100-sxm");
        var rate = Explanation.Of(H100("llama-3.1-8b"), 1024, 8, 2)
            .Single(number => number.Name == "rate of hbm");
        var fact = Assert.Single(rate.Facts);
        Assert.Equal(text.File, fact.File);
        Assert.Equal("$.memory.hbm.bandwidth", fact.Path);
        var line = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, fact.File))[fact.Line - 1];
        Assert.Contains("\"bandwidth\"", line, StringComparison.Ordinal);
        Assert.Contains(fact.Text, line, StringComparison.Ordinal);
    }

    [Fact]
    public void BatchThatDoesNotFit_SaysByHowMuch()
    {
        var problem = Assert.Throws<InfeasiblePlanException>(
            () => new Estimate(H100("llama-3.1-8b")).Of(100_000, 8, 100));
        Assert.Matches(
            "^batch 100 of 100000 \\+ 8 tokens needs 625100 KV blocks; \\d+ fit h100-sxm\\.$",
            problem.Message);
    }

    [Fact]
    public void SingleOutputToken_HasNoTpot() =>
        Assert.Null(new Estimate(H100("llama-3.1-8b")).Of(128, 1, 1).Tpot);

    [Theory]
    [InlineData(0, 1, 1, "--isl: must be at least 1, but found 0.")]
    [InlineData(1, 0, 1, "--osl: must be at least 1, but found 0.")]
    [InlineData(1, 1, -3, "--batch: must be at least 1, but found -3.")]
    public void NumbersThatAreNotPositive_AreRefused(int isl, int osl, int batch, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigException>(
            () => new Estimate(H100("llama-3.1-8b")).Of(isl, osl, batch)).Message);

    private static Deployment H100(string model) =>
        new DeploymentBuilder(ModelCatalog.Load(model), "auto", "auto", "auto", 16)
            .Build(Catalog.Open("h100-sxm"), new ReplicaSpec { Hardware = "h100-sxm" });
}
