using System.Globalization;
using AccelSim.Models;

namespace AccelSim.Tests.Models;

public sealed class PlanTests
{
    [Theory]
    [InlineData("llama-3.1-8b", 3, 1, 1, 1,
        "tensor parallelism 3 does not divide the 32 attention heads of llama-3.1-8b.")]
    [InlineData("qwen2.5-7b", 7, 1, 1, 1,
        "tensor parallelism 7 neither divides nor is a multiple of the 4 key/value heads of "
        + "qwen2.5-7b.")]
    [InlineData("llama-3.1-8b", 1, 33, 1, 1,
        "pipeline parallelism 33 needs as many layers, but llama-3.1-8b has 32.")]
    [InlineData("t5-large", 1, 2, 1, 1,
        "pipeline parallelism 2 is not defined for t5-large: every decoder layer reads the "
        + "encoder's output; use 1.")]
    [InlineData("llama-3.1-8b", 2, 1, 2, 1,
        "expert parallelism 2 needs routed experts, but llama-3.1-8b has 0; use 1.")]
    [InlineData("mixtral-8x7b", 2, 1, 4, 1,
        "expert parallelism 4 does not divide the 2 ranks of tensor × data parallelism.")]
    [InlineData("mixtral-8x7b", 1, 1, 16, 16,
        "expert parallelism 16 does not divide the 8 experts of mixtral-8x7b.")]
    [InlineData("mixtral-8x7b", 1, 1, 1, 3,
        "3 ranks share each expert, which does not divide the 14336 channels of an expert of "
        + "mixtral-8x7b.")]
    [InlineData("mamba-2.8b", 3, 1, 1, 1,
        "tensor parallelism 3 does not divide the 5120 state-space channels of mamba-2.8b.")]
    [InlineData("qwen3-next-80b-a3b", 32, 1, 1, 1,
        "tensor parallelism 32 does not divide the 16 linear-attention key heads of "
        + "qwen3-next-80b-a3b.")]
    [InlineData("llama-3.1-8b", 0, 1, 1, 1,
        "tensor, pipeline, expert and data parallelism are each at least 1, but the plan says "
        + "0, 1, 1 and 1.")]
    public void PlanThatDoesNotDivide_NamesBothNumbers(
        string id, int tp, int pp, int ep, int dp, string reason)
    {
        var model = ModelCatalog.Load(id);
        var plan = new ParallelismPlan(tp, pp, ep, dp);
        Assert.Equal(reason, PlanCheck.Problem(model, plan));
        Assert.Equal(
            reason, Assert.Throws<InfeasiblePlanException>(() => Graphs.Of(model, plan)).Message);
    }

    [Fact]
    public void SkewBelowOne_IsInfeasible() =>
        Assert.Equal(
            "expert skew is at least 1 (even), but the plan says 0.5.",
            PlanCheck.Problem(
                ModelCatalog.Load("mixtral-8x7b"), new ParallelismPlan { ExpertSkew = 0.5 }));

    [Theory]
    [InlineData(2, 2.5)]
    [InlineData(4, 4.5)]
    public void SkewBeyondTheRanksThereAre_IsInfeasible(int ep, double skew) =>
        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"expert skew {skew} is more than expert parallelism {ep}: the busiest of {ep} has "
                + $"at most all of the load; raise the one or lower the other."),
            PlanCheck.Problem(
                ModelCatalog.Load("mixtral-8x7b"),
                new ParallelismPlan(4, ExpertParallel: ep) { ExpertSkew = skew }));

    [Fact]
    public void Experts_LieOnAllTensorAndDataParallelRanks()
    {
        var model = ModelCatalog.Load("deepseek-v3");
        var whole = Graphs.Of(model).Named("moe.down_proj").ResidentBytes.Value;
        (int, int, int)[] plans = [(8, 1, 1), (8, 8, 1), (1, 8, 8), (4, 2, 2), (2, 1, 4)];
        foreach (var (tp, ep, dp) in plans)
        {
            var plan = new ParallelismPlan(tp, 1, ep, dp);
            var rank = Graphs.Of(model, plan).Named("moe.down_proj").ResidentBytes.Value;
            Assert.Equal(whole, rank * tp * dp);
        }
    }
}
