using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Tests.Costs;

/// <summary>A better device never makes a step slower, whatever device, model or step.</summary>
public sealed class MetamorphicTests
{
    private static readonly string[] Models =
        ["llama-3.1-8b", "mixtral-8x7b", "deepseek-v2-lite", "gpt-oss-20b", "jamba-v0.1"];

    private static readonly StepShape[] Shapes =
    [
        Decode(1, 100), Decode(64, 2000), Decode(256, 30), Prefill(1), Prefill(700), Prefill(8192),
        Prefill(512) with
        {
            DecodeTokens = 30, DecodeSequences = 30, DecodeKvTokens = 9000,
            WindowDecodeKvTokens = 3000,
        },
    ];

    public static TheoryData<string> Devices => [.. Catalog.Accelerators];

    [Theory]
    [MemberData(nameof(Devices))]
    public void BetterHardware_NeverSlowsAStep(string id)
    {
        var document = Catalog.Open(id);
        var better = document.Leaves
            .Where(leaf => leaf.Source is not null)
            .Select(leaf => (leaf.Path, Factor: Improvement(leaf.Path)))
            .Where(change => change.Factor is not null)
            .Select(change => (change.Path, document.WithScaled(change.Path, change.Factor!.Value)))
            .ToArray();
        Assert.Contains(better, change => change.Path.EndsWith("bandwidth", Same));
        var priced = 0;
        foreach (var model in Models.Select(ModelCatalog.Load))
        {
            if (Times(document, model) is not { } before) continue;
            foreach (var (path, changed) in better)
            {
                var after = Times(changed, model)!;
                for (var i = 0; i < Shapes.Length; i++)
                {
                    Assert.True(after[i] <= before[i] * (1 + 1e-12),
                        $"{id}, {model.Id}, step {i}: {path} better, {before[i]} -> {after[i]} s");
                }
            }
            priced++;
        }
        Assert.True(priced >= 3, $"only {priced} models could be priced on {id}");
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void BatchOneDecode_IsNoFasterThanReadingTheWeights(string id)
    {
        var device = Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);
        var model = ModelCatalog.Load("llama-3.1-8b");
        var graph = Graph(device, model);
        var read = graph.WeightBytes(0).Value * (1 - 128256 * 4096.0 / 8_030_261_248);
        var time = Price(device, graph, [Decode(1, 1)])[0];
        Assert.True(time >= read / device.Bandwidth[device.MainMemory].Value.Value);
    }

    [Fact]
    public void DecodeAttention_CostsTheSumOfContexts_NotTheLongest()
    {
        var device = Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators);
        var graph = Graph(device, ModelCatalog.Load("llama-3.1-8b"));
        var even = Decode(2, 5000);
        var skewed = even with { DecodeKvTokens = 9990 + 10 };
        var times = Price(device, graph, [even, skewed]);
        Assert.Equal(times[0], times[1]);
    }

    [Theory]
    [InlineData("llama-3.1-8b", 2L * 32 * 8 * 128 * 2)]
    [InlineData("deepseek-v2-lite", 27L * (512 + 64) * 2)]
    public void KvBytes_AreTheSame_InCapacityReadsAndWrites(string id, long perToken)
    {
        var device = Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators);
        var graph = Graph(device, ModelCatalog.Load(id));
        var shape = Decode(1, 1000);
        var operators = graph.Stages[0].Select(template => template.At(shape)).ToArray();
        Assert.Equal(perToken, graph.KvBytesPerToken(0).Value);
        Assert.Equal(1000 * perToken, operators.Sum(one => one.Count * one.KvReadBytes.Value));
        Assert.Equal(perToken, operators.Sum(one => one.Count * one.KvWriteBytes.Value));
    }

    private const StringComparison Same = StringComparison.Ordinal;

    private static StepShape Decode(int sequences, long context) => new()
    {
        DecodeTokens = sequences,
        DecodeSequences = sequences,
        DecodeKvTokens = sequences * context,
        WindowDecodeKvTokens = sequences * Math.Min(context, 128),
        SampledTokens = sequences,
    };

    private static StepShape Prefill(int tokens) => new()
    {
        PrefillTokens = tokens,
        PrefillSequences = 1,
        PrefillPairs = (long)tokens * (tokens + 1) / 2,
        PrefillKvTokens = tokens,
        WindowPrefillPairs = Math.Min((long)tokens * (tokens + 1) / 2, tokens * 128L),
        WindowPrefillKvTokens = tokens,
        SampledTokens = 1,
    };

    /// <summary>What to multiply a fact by so that the device is better; null: no matter.</summary>
    private static double? Improvement(string path) =>
        path.EndsWith(".bandwidth", Same) || path.EndsWith(".pinRate", Same) ? 1.7
        : path.StartsWith("$.fabric.", Same) && path.EndsWith("lock", Same) ? 1.7
        : path.EndsWith(".tdp", Same) ? 1.7
        : path.EndsWith(".kernelLaunch", Same) || path.EndsWith(".hostPerStep", Same) ? 0.5
        : null;

    private static OperatorGraph Graph(Device device, ModelConfig model) => OperatorGraph.Build(
        model, new ParallelismPlan(), FormatPlan.For(model, device, "auto", "auto", "auto"));

    private static double[]? Times(HardwareDocument document, ModelConfig model)
    {
        var device = Device.From(document.Accelerator, Catalog.Estimators);
        try
        {
            return Price(device, Graph(device, model), Shapes);
        }
        catch (InfeasiblePlanException)
        {
            return null;
        }
    }

    private static double[] Price(Device device, OperatorGraph graph, StepShape[] shapes)
    {
        var costs = new RooflineCostModel(
            device, graph.Formats, new Dictionary<CommunicationGroup, GroupLink>());
        var pricer = new StepPricer(graph, 0, costs);
        return [.. shapes.Select(shape =>
        {
            pricer.Price(shape, out var cost);
            return cost.Seconds;
        })];
    }
}
