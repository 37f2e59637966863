using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

public sealed class FormatPlanTests
{
    private static readonly ModelConfig Llama = ModelCatalog.Load("llama-3.1-8b");
    private static readonly Device H100 = DeviceOf("h100-sxm");
    private static readonly Device T4 = DeviceOf("t4");

    private static Device DeviceOf(string id) =>
        Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);

    [Fact]
    public void Auto_KeepsTheModelsOwnFormat_WhereNative()
    {
        var plan = FormatPlan.For(Llama, H100);
        Assert.Equal(FormatPlan.Unquantised(NumberFormat.Bf16) with { Notes = plan.Notes }, plan);
        Assert.Empty(plan.Notes);
    }

    [Fact]
    public void Auto_FallsBackToANativeFormat_AndSaysSo()
    {
        var plan = FormatPlan.For(Llama, T4);
        Assert.Equal(NumberFormat.Fp16, plan.Activation);
        Assert.Equal(
            ["activations: fp16, because t4 does not compute in llama-3.1-8b's own bf16"],
            plan.Notes);
    }

    /// <summary>As the engine has them: int8 is weights alone, w8a8 activations as well.</summary>
    [Theory]
    [InlineData("int8", NumberFormat.Bf16)]
    [InlineData("w8a8", NumberFormat.Int8)]
    public void EightBits_OfWeightsAreNotThoseOfProducts(string name, NumberFormat products)
    {
        var plan = FormatPlan.For(Llama, H100, quantization: name);
        Assert.Equal(new StorageFormat(NumberFormat.Int8, 8), plan.Linear);
        Assert.Equal((products, products), (plan.LinearCompute, plan.ExpertCompute));
        Assert.Equal(NumberFormat.Bf16, plan.Activation);
    }

    [Fact]
    public void ExplicitFormat_ThatTheDeviceLacks_IsAnErrorNamingTheNativeOnes()
    {
        var e = Assert.Throws<ConfigException>(() => FormatPlan.For(Llama, T4, "bfloat16"));
        Assert.Equal(
            "--dtype: t4 does not compute in bf16; it does in fp16, int8, int4.", e.Message);
    }

    [Fact]
    public void UnknownDtype_IsAnErrorNamingTheKnownOnes()
    {
        var e = Assert.Throws<ConfigException>(() => FormatPlan.For(Llama, H100, "bf61"));
        Assert.Equal(
            "--dtype: \"bf61\" is not known; use auto, bf16, bfloat16, fp16, float16, half, fp32, "
            + "float32, float.", e.Message);
    }

    [Fact]
    public void UnknownKvCacheDtype_IsAnErrorNamingTheKnownOnes()
    {
        var e = Assert.Throws<ConfigException>(
            () => FormatPlan.For(Llama, H100, kvCacheDtype: "fp9"));
        Assert.Equal(
            "--kv-cache-dtype: \"fp9\" is not known; use auto, bf16, bfloat16, fp16, float16, "
            + "fp32, fp8, fp8_e4m3, fp8_e5m2, int8, int4, int2, fp4.", e.Message);
    }

    [Fact]
    public void UnknownQuantization_IsAnErrorNamingTheKnownOnes()
    {
        var e = Assert.Throws<ConfigException>(
            () => FormatPlan.For(Llama, H100, quantization: "q4_k"));
        Assert.Equal(
            "--quantization: \"q4_k\" is not known; use auto, none, fp8, fp8_block, "
            + "w8a8, int8, int4, awq, gptq or mxfp4, each also with _sparse24, or sparse24.",
            e.Message);
    }

    [Fact]
    public void KvCache_TakesItsOwnFormat()
    {
        var plan = FormatPlan.For(Llama, H100, kvCacheDtype: "fp8");
        Assert.Equal(
            (NumberFormat.Fp8, NumberFormat.Bf16), (plan.Kv, plan.AttentionCompute));
    }

    [Fact]
    public void Fp8_ComputesInFp8_WhereNative_AndIsExpandedElsewhere()
    {
        Assert.Equal(
            NumberFormat.Fp8, FormatPlan.For(Llama, H100, quantization: "fp8").LinearCompute);
        var a100 = FormatPlan.For(Llama, DeviceOf("a100-sxm-80gb"), quantization: "fp8");
        Assert.Equal(NumberFormat.Bf16, a100.LinearCompute);
        Assert.Equal(
            ["fp8 weights: expanded to bf16, because a100-sxm-80gb does not compute in fp8"],
            a100.Notes);
    }

    [Fact]
    public void Int4_IsStoredWithItsScales_AndExpanded()
    {
        var plan = FormatPlan.For(Llama, H100, quantization: "awq");
        Assert.Equal(new StorageFormat(NumberFormat.Int4, 4.15625), plan.Linear);
        Assert.Equal(NumberFormat.Bf16, plan.LinearCompute);
        Assert.Equal(16, plan.Embedding.BitsPerElement);
    }

    [Fact]
    public void Int4Weights_CostExpansion_OnTheVectorEngine()
    {
        var plan = FormatPlan.For(Llama, H100, quantization: "int4");
        var proj = OperatorGraph.Build(Llama, new ParallelismPlan(), plan).Named("mlp.down_proj");
        var operation = proj.At(Shapes.Decode(1, 1));
        Assert.Equal(new Flops(2 * 4096 * 14336), operation.VectorFlops);
        Assert.Equal(
            new Bytes((long)(4096L * 14336 * 4.15625 / 8)), operation.WeightBytes);
    }

    [Fact]
    public void OwnQuantisation_CanBeTurnedOff()
    {
        var model = ModelCatalog.Load("deepseek-v3");
        Assert.Equal(8 + 32.0 / 16384, FormatPlan.For(model, H100).Linear.BitsPerElement);
        Assert.Equal(
            16, FormatPlan.For(model, H100, quantization: "none").Linear.BitsPerElement);
    }

    [Fact]
    public void Mxfp4_QuantisesExpertsAlone()
    {
        var model = ModelCatalog.Load("gpt-oss-20b");
        var hopper = FormatPlan.For(model, H100);
        Assert.Equal(16, hopper.Linear.BitsPerElement);
        Assert.Equal(new StorageFormat(NumberFormat.Fp4, 4.25), hopper.Experts);
        Assert.Equal(NumberFormat.Bf16, hopper.ExpertCompute);
        var blackwell = FormatPlan.For(model, DeviceOf("b200"));
        Assert.Equal(NumberFormat.Fp8, blackwell.ExpertCompute);
    }

    [Fact]
    public void GptOss20B_TakesTheMemoryThatItsCheckpointDoes()
    {
        var model = ModelCatalog.Load("gpt-oss-20b");
        var graph = OperatorGraph.Build(
            model, new ParallelismPlan(), FormatPlan.For(model, H100));
        // The safetensors files of the checkpoint are 13.76 GB.
        Assert.InRange(graph.WeightBytes(0).Value, 13.70e9, 13.82e9);
    }

    [Fact]
    public void EveryShippedDevice_HasAFormatForEveryShippedModel()
    {
        foreach (var device in Catalog.Accelerators.Select(DeviceOf))
        {
            foreach (var model in ModelCatalog.Ids.Select(ModelCatalog.Load))
            {
                var plan = FormatPlan.For(model, device);
                Assert.NotNull(device.MatrixRate(plan.Activation));
                Assert.NotNull(device.MatrixRate(plan.LinearCompute));
                Assert.NotNull(device.MatrixRate(plan.ExpertCompute));
            }
        }
    }
}
