using AccelSim.Inference.Execution;
using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Tests.Formats;

/// <summary>
/// What formats cost the trained model on text it never saw: nats per token more than in fp32.
/// </summary>
public sealed class AccuracyTests : IDisposable
{
    private const int Tokens = 6144;
    private readonly CpuPool _pool = new(2);

    [Fact]
    public void CoarserFormats_LoseMoreWithinTheirGates()
    {
        var fp32 = Loss("fp32");
        // The whole text's loss is 3.5705 (models/tiny/target/TRAINING.md); this is a part.
        Assert.InRange(fp32, 3.4, 3.7);
        (string Name, double Least, double Most)[] gates =
        [
            ("bf16", -1e-3, 1e-3), ("fp8", -2e-3, 3e-3), ("int8", -1e-3, 2e-3),
            ("w8a8", -2e-3, 4e-3), ("int4-g32", 5e-4, 0.015), ("nf4", 5e-4, 0.015),
            ("int3", 0.004, 0.04), ("int2-g32", 0.02, 0.10), ("int2", 0.04, 0.20),
            ("sparse-50%", 0.01, 0.06), ("sparse-2:4", 0.02, 0.12), ("kv-int8", -1e-3, 2e-3),
            ("kv-int4", 2e-4, 0.01), ("kv-int2", 0.01, 0.08), ("kv-int2-sinks", 0.01, 0.08),
            ("kv-int2-channels", 0.001, 0.02), ("kv-int2-outliers", 0.001, 0.02),
        ];
        var more = gates.ToDictionary(gate => gate.Name, gate => Loss(gate.Name) - fp32);
        foreach (var (name, least, most) in gates)
            Assert.True(more[name] >= least && more[name] <= most, $"{name}: {more[name]}");
        Increasing("bf16", "int4-g32", "int3", "int2-g32", "int2");
        Increasing("int8", "int4-g32");
        Increasing("sparse-50%", "sparse-2:4");
        Increasing("kv-int8", "kv-int4", "kv-int2");
        Increasing("kv-int2-outliers", "kv-int2-channels", "kv-int2");

        void Increasing(params string[] names) => Assert.All(
            names.Zip(names.Skip(1)), pair => Assert.True(
                more[pair.First] < more[pair.Second],
                $"{pair.First} {more[pair.First]}, {pair.Second} {more[pair.Second]}"));
    }

    [Fact]
    public void Bytes_AreThoseOfTheFormat()
    {
        using var opened = Open(TrialFormat.Named("int2")[0]);
        // Six layers of q, k, v, o and three of the MLP, each number 2 bits and 64 a group of 128.
        var linear = 6 * 256.0 * (256 + 128 + 128 + 256 + 3 * 768);
        var tables = 2 * 2048 * 256 * 2.0;
        Assert.Equal(
            linear * 2.5 / 8 + tables, opened.Model.WeightBytes);
    }

    /// <summary>Numbers of a token: keys and values of six layers with two heads of 64.</summary>
    [Theory]
    // A scale of four bytes for each of 24 heads.
    [InlineData("kv-int8", 2 * 6 * 2 * 64 + 24 * 4)]
    // Scale and offset for every 32 numbers.
    [InlineData("kv-int2", 2 * 6 * 2 * 64 * (2 + 64 / 32) / 8)]
    // And 16 rows of a key and a value in 16 bits a layer, for four tokens of two heads.
    [InlineData("kv-int2-sinks", 768 + 6 * 16 * 2 * 64 * 2 / 256)]
    // Also the last 32 tokens of two heads: 72 rows, which come sixteen at a time.
    [InlineData("kv-int2-channels", 768 + 6 * 80 * 2 * 64 * 2 / 256)]
    // Also a token of each of the seven groups before those.
    [InlineData("kv-int2-outliers", 768 + 6 * 96 * 2 * 64 * 2 / 256)]
    public void CacheBytes_AreThoseOfTheFormat(string name, double bytes) =>
        Assert.Equal(bytes, HeldOutOf(name).KvBytesPerToken);

    public void Dispose() => _pool.Dispose();

    private double Loss(string name) => HeldOutOf(name, Tokens).Loss;

    private HeldOut HeldOutOf(string name, int count = 300)
    {
        using var opened = Open(TrialFormat.Named(name)[0]);
        var tokens = opened.Tokenizer!.Encode(Tiny.HeldOut, addSpecial: false);
        return HeldOutLoss.Of(opened.Model, _pool, tokens[..count], 256);
    }

    private OpenedModel Open(TrialFormat format) =>
        OpenedModel.Open(Tiny.Target, _ => format.Engine, _pool);
}
