using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Tests.Models;

public sealed class OperatorGraphTests
{
    private static readonly ModelConfig Llama = ModelCatalog.Load("llama-3.1-8b");

    private static OperatorGraph Graph(
        ModelConfig model, ParallelismPlan? plan = null, FormatPlan? formats = null) =>
        OperatorGraph.Build(
            model, plan ?? new ParallelismPlan(),
            formats ?? FormatPlan.Unquantised(NumberFormat.Bf16));

    private static StepShape Decode(int sequences, long context) => new()
    {
        DecodeTokens = sequences,
        DecodeSequences = sequences,
        DecodeKvTokens = sequences * context,
        WindowDecodeKvTokens = sequences * context,
        SampledTokens = sequences,
    };

    [Fact]
    public void Llama31_8B_HasTheParametersOfItsTensors() =>
        Assert.Equal(8_030_261_248, OperatorGraph.ParameterCount(Llama));

    [Fact]
    public void Llama31_8B_Keeps128KibPerTokenInBf16() =>
        Assert.Equal(new Bytes(128 * 1024), Graph(Llama).KvBytesPerToken(0));

    [Fact]
    public void Weights_AreTwoBytesPerParameter_InBf16() =>
        Assert.Equal(new Bytes(2 * 8_030_261_248), Graph(Llama).WeightBytes(0));

    [Fact]
    public void Decode_ReadsEveryWeightButTheEmbeddingOnce()
    {
        var read = default(Bytes);
        var shape = Decode(1, 1);
        foreach (var template in Graph(Llama).Stages[0])
        {
            if (template.Name != "embedding")
                read += template.Count * template.At(shape).WeightBytes;
        }
        Assert.Equal(new Bytes(2 * (8_030_261_248 - 128256L * 4096)), read);
    }
}
