using AccelSim.Models;

namespace AccelSim.Tests.Models;

/// <summary>The order in which a step runs its operators.</summary>
public sealed class SequenceTests
{
    public static TheoryData<string> AllModels => [.. ModelCatalog.Ids];

    [Theory]
    [MemberData(nameof(AllModels))]
    public void EveryOperatorStandsAsOftenAsItCounts(string id)
    {
        var graph = Graph(id);
        var counted = graph.Sequence(0).GroupBy(placed => placed.Operation)
            .ToDictionary(group => group.Key, group => group.Count());
        foreach (var operation in graph.Stages[0])
            Assert.Equal(operation.Count, counted[operation]);
    }

    [Fact]
    public void LayersComeInOrderBetweenEmbeddingAndHead()
    {
        var sequence = Graph("llama-3.2-1b").Sequence(0).ToArray();
        var layers = sequence.Select(placed => placed.Layer).Distinct();
        Assert.Equal([-1, .. Enumerable.Range(0, 16)], layers);
        Assert.Equal("embedding", sequence[0].Operation.Name);
        Assert.Equal("sampling", sequence[^1].Operation.Name);
        Assert.Equal(
            [
                "attention.norm", "attention.qkv_proj", "attention.rope", "attention.kv_write",
                "attention.prefill", "attention.decode", "attention.o_proj", "mlp.norm",
                "mlp.gate_up_proj", "mlp.activation", "mlp.down_proj",
            ],
            sequence.Where(placed => placed.Layer == 7).Select(placed => placed.Operation.Name));
    }

    [Fact]
    public void LayersThatDifferTakeTurns()
    {
        var windows = Graph("gpt-oss-20b").Sequence(0)
            .Where(placed => placed.Operation.Name.StartsWith(
                "attention.decode", StringComparison.Ordinal))
            .Select(placed => placed.Operation.Name)
            .Take(4);
        Assert.Equal(
            [
                "attention.decode_window", "attention.decode", "attention.decode_window",
                "attention.decode",
            ],
            windows);
    }

    private static OperatorGraph Graph(string id)
    {
        var model = ModelCatalog.Load(id);
        return OperatorGraph.Build(
            model, new ParallelismPlan(), FormatPlan.Unquantised(model.Format));
    }
}
