using AccelSim.Configuration;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>
/// Files come from strangers: what is no number is told, whatever it would become.
/// </summary>
public sealed class BadNumbersTests : IDisposable
{
    private const int Row = 2;
    private readonly CpuPool _pool = new(2);

    [Theory]
    [InlineData("fp32", float.NaN)]
    [InlineData("bf16", float.PositiveInfinity)]
    [InlineData("int4-g32", float.NaN)]
    [InlineData("int3-g32", float.NegativeInfinity)]
    [InlineData("sparse-50%", float.NaN)]
    public void InAMatrix_NameItsRow(string format, float value)
    {
        const string name = "model.layers.0.self_attn.k_proj.weight";
        using var weights = TinyModels.Weights("llama");
        var columns = TinyModels.Shape("llama").Hidden;
        weights[name][Row * columns + 1] = value;
        Assert.Equal(
            $"memory: {name}: row {Row} (from 0) holds what is no finite number.",
            Problem(weights, format).Message);
    }

    [Fact]
    public void InAVector_AreTold()
    {
        const string name = "model.norm.weight";
        using var weights = TinyModels.Weights("llama");
        weights[name][3] = float.NaN;
        Assert.Equal(
            $"memory: {name}: holds what is no finite number.", Problem(weights, "fp32").Message);
    }

    public void Dispose() => _pool.Dispose();

    private ConfigException Problem(MemoryWeights weights, string format) =>
        Assert.Throws<ConfigException>(() => EngineModel.Load(
            TinyModels.Shape("llama"), TinyModels.Numerics("llama"),
            EngineFormats.Named(format, "fp32"), new FileWeights(weights, "memory"), _pool));
}
