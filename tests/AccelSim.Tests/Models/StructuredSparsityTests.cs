using AccelSim.Costs;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

/// <summary>2:4 sparse weights: stored without their zeros, skipped where units know how.</summary>
public sealed class StructuredSparsityTests
{
    private static readonly ModelConfig Llama = ModelCatalog.Load("llama-3.1-8b");

    private static Device DeviceOf(string id) =>
        Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);

    private static Operator Down(string device, string quantization, int tokens)
    {
        var formats = FormatPlan.For(Llama, DeviceOf(device), quantization: quantization);
        var graph = OperatorGraph.Build(Llama, new ParallelismPlan(), formats);
        return graph.Stages[0].Single(one => one.Name == "mlp.down_proj").At(
            new StepShape { PrefillTokens = tokens, PrefillSequences = 1 });
    }

    private static double Seconds(ICostModel costs, in Operator one)
    {
        costs.Price(one, out var cost);
        return cost.Seconds;
    }

    private static AnalyticalCostModel Analytical(string device, string quantization) => new(
        DeviceOf(device), FormatPlan.For(Llama, DeviceOf(device), quantization: quantization),
        new Dictionary<CommunicationGroup, GroupLink>());

    [Theory]
    [InlineData("sparse24", 9)]
    [InlineData("fp8_sparse24", 5)]
    [InlineData("w8a8_sparse24", 5)]
    [InlineData("int4_sparse24", 3 + 20.0 / 128)]
    public void Weight_TakesHalfItsBits_AndOneForItsPlace(string quantization, double bits) =>
        Assert.Equal(
            bits, Down("h100-sxm", quantization, 1).WeightFormat.BitsPerElement, 1e-12);

    [Fact]
    public void Products_AreHalved_WhereUnitsSkipZeros()
    {
        var (dense, sparse) = (Down("h100-sxm", "none", 64), Down("h100-sxm", "sparse24", 64));
        Assert.Equal(dense.MatrixFlops.Value, 2 * sparse.MatrixFlops.Value);
        Assert.Equal(dense.VectorFlops, sparse.VectorFlops);
    }

    [Fact]
    public void Products_StayWhole_AndWeightsAreExpanded_WhereUnitsDoNot()
    {
        var (dense, sparse) = (Down("tpu-v5e", "none", 64), Down("tpu-v5e", "sparse24", 64));
        Assert.Equal(dense.MatrixFlops, sparse.MatrixFlops);
        Assert.True(sparse.VectorFlops.Value > dense.VectorFlops.Value);
        Assert.True(sparse.WeightBytes < dense.WeightBytes);
    }

    [Fact]
    public void QuantisedCheckpoint_KeepsItsFormats()
    {
        var model = ModelCatalog.Load("gpt-oss-120b");
        var own = FormatPlan.For(model, DeviceOf("h100-sxm"));
        var sparse = FormatPlan.For(model, DeviceOf("h100-sxm"), quantization: "sparse24");
        Assert.Equal(own.Experts, sparse.Experts);
        Assert.Equal(9, sparse.Linear.BitsPerElement);
    }

    [Fact]
    public void Experts_StayDense()
    {
        var model = ModelCatalog.Load("mixtral-8x7b");
        var plan = FormatPlan.For(model, DeviceOf("h100-sxm"), quantization: "sparse24");
        Assert.Equal(16, plan.Experts.BitsPerElement);
        Assert.Contains(plan.Notes, note => note.Contains("experts, embeddings and the output"));
    }

    [Theory]
    [InlineData(1, 1.4, 1.8)]
    [InlineData(8192, 1.3, 2.0)]
    public void SparseLayer_IsFaster_ButNeverTwiceAsFast(int tokens, double least, double most)
    {
        var dense = Seconds(Analytical("h100-sxm", "none"), Down("h100-sxm", "none", tokens));
        var sparse = Seconds(
            Analytical("h100-sxm", "sparse24"), Down("h100-sxm", "sparse24", tokens));
        Assert.InRange(dense / sparse, least, most);
    }

    [Fact]
    public void SparsePrice_IsSaidToLieBeyondTheFit()
    {
        var costs = Analytical("h100-sxm", "sparse24");
        var basis = costs.BasisOf(Down("h100-sxm", "sparse24", 64))!;
        Assert.Equal(PriceGround.Outside, basis.Ground);
        Assert.Equal("densityOfWeights", Assert.Single(basis.Beyond).Axis);
    }
}
