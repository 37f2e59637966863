using AccelSim.Configuration;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Tests.Studies;

public sealed class WorkloadCheckTests
{
    [Theory]
    [InlineData("llama-3.1-8b", 600, 1,
        "$.workload: request 1 has images, which llama-3.1-8b cannot see; use a model with an "
        + "image encoder, such as llava-1.5-7b.")]
    [InlineData("llava-1.5-7b", 1000, 2,
        "$.workload: request 1 has a prompt of 1000 tokens, but its images alone are 1152 (2 × 576 "
        + "of llava-1.5-7b); count them among the prompt's.")]
    public void Images_ThatCannotBe_AreRefused(
        string model, int prompt, int images, string message) =>
        Assert.Equal(
            message,
            Assert.Throws<ConfigException>(() => Load(model, prompt, images)).Message);

    [Fact]
    public void Images_WithinThePrompt_AreServed() =>
        Assert.Equal(2, Load("llava-1.5-7b", 1152, 2).Workload.Requests[1].Images);

    [Fact]
    public void PoolLeftOut_IsTheOnlyOne()
    {
        var scenario = new Scenario
        {
            Model = "llama-3.1-8b",
            Replicas =
            [
                new ReplicaSpec { Hardware = "dgx-h100", Count = 5 },
                new ReplicaSpec { Hardware = "dgx-h100", Count = 4, Pool = "gpu" },
            ],
            Workload = new WorkloadSource { Shipped = "azure-conv-2023-fit", NumRequests = 1 },
        };
        var problem = Assert.Throws<InfeasiblePlanException>(
            () => ScenarioRunner.Load(scenario).Deploy());
        Assert.Equal(
            "hwconfigs/clusters/dgx-h100.json: 2 entries of replicas need 9 accelerators of one "
            + "pool, which has 8.", problem.Message);
    }

    private static ScenarioRunner Load(string model, int prompt, int images)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file,
                "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n"
                + "2024-05-10 00:00:00.000000,0,10,1\n"
                + $"2024-05-10 00:00:01.000000,{images},{prompt},1\n");
            return ScenarioRunner.Load(new Scenario
            {
                Model = model,
                Replicas = [new ReplicaSpec { Hardware = "h100-sxm" }],
                Workload = new WorkloadSource { File = file, Format = "azure-llm" },
            });
        }
        finally
        {
            File.Delete(file);
        }
    }
}
