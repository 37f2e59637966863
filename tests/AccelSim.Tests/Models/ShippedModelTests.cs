using AccelSim.Models;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Models;

public sealed class ShippedModelTests
{
    private static readonly JObject Published = JObject.Parse(File.ReadAllText(Path.Combine(
        RepositoryRoot.Path, "tests/AccelSim.Tests/Models/published-parameters.json")));

    public static TheoryData<string> Ids => [.. ModelCatalog.Ids];

    private static readonly StepShape Mixed = Shapes.Decode(24, 700) with
    {
        PrefillTokens = 480,
        PrefillSequences = 3,
        PrefillPairs = 100_000,
        PrefillKvTokens = 900,
        WindowPrefillPairs = 80_000,
        WindowPrefillKvTokens = 800,
        WindowDecodeKvTokens = 3000,
        CommonPrefixTokens = 300,
        CrossKvTokens = 9000,
        SampledTokens = 26,
        Images = 1,
    };

    [Theory, MemberData(nameof(Ids))]
    public void ParameterCount_IsThePublishedOneWithinOnePercent(string id)
    {
        var published = (long)Published[id]!["parameters"]!;
        var counted = OperatorGraph.ParameterCount(ModelCatalog.Load(id));
        Assert.True(Math.Abs(counted - published) <= published / 100.0,
            $"{id}: counted {counted:N0}, published {published:N0}");
    }

    [Fact]
    public void EveryShippedModel_IsInThePublishedTable_AndNoOther() =>
        Assert.Equal(
            ModelCatalog.Ids,
            Published.Properties().Select(p => p.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void AtLeastFortyModelsShip() => Assert.True(ModelCatalog.Ids.Count >= 40);

    [Theory, MemberData(nameof(Ids))]
    public void OperatorNames_AreUnique(string id)
    {
        foreach (var graph in Plans(id))
        {
            foreach (var stage in graph.Stages)
                Assert.Equal(stage.Count, stage.Select(t => t.Name).Distinct().Count());
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void EmptyStep_IsNoWork(string id)
    {
        foreach (var template in Plans(id).SelectMany(g => g.Stages).SelectMany(s => s))
        {
            var operation = template.At(default);
            Assert.True(
                operation is { MatrixFlops.Value: 0, VectorFlops.Value: 0, MessageBytes.Value: 0 }
                && operation.MemoryBytes.Value == 0,
                template.Name);
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void Basis_NamesAllThatAnOperatorDependsOn(string id)
    {
        foreach (var template in Plans(id).SelectMany(g => g.Stages).SelectMany(s => s))
        {
            var same = Scrambled(template.Basis);
            Assert.True(template.At(Mixed) == template.At(same), template.Name);
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void MatrixFlops_AreConserved_OverTensorParallelRanks(string id)
    {
        var model = ModelCatalog.Load(id);
        var one = Graphs.Of(model);
        var split = Graphs.Of(model, new ParallelismPlan(Divisor(model)));
        // Whole operators that every rank repeats, and a padded vocabulary, come on top.
        var repeated = split.Stages[0]
            .Where(t => IsReplicated(t.Name))
            .Sum(t => t.Count * t.At(Mixed).MatrixFlops.Value) * (Divisor(model) - 1);
        var whole = one.MatrixFlops(Mixed);
        var ranks = split.MatrixFlops(Mixed) - repeated;
        // Few key/value heads or state groups are repeated inside a larger product.
        var most = SharesHeads(model, Divisor(model)) ? 1.25 : 1 + 1e-5;
        Assert.InRange(ranks, whole, whole * most);
    }

    [Theory, MemberData(nameof(Ids))]
    public void MatrixFlops_AreConserved_OverPipelineStages(string id)
    {
        var model = ModelCatalog.Load(id);
        if (model.HasEncoder)
            return;
        var split = Graphs.Of(model, new ParallelismPlan(1, 2));
        Assert.Equal(Graphs.Of(model).MatrixFlops(Mixed), split.MatrixFlops(Mixed));
    }

    [Theory, MemberData(nameof(Ids))]
    public void Weights_OfAllTensorParallelRanks_AreTheModelAndWhatIsReplicated(string id)
    {
        var model = ModelCatalog.Load(id);
        var tp = Divisor(model);
        var whole = Graphs.Of(model).WeightBytes(0).Value;
        var ranks = tp * Graphs.Of(model, new ParallelismPlan(tp)).WeightBytes(0).Value;
        Assert.InRange(ranks, whole, whole * (SharesHeads(model, tp) ? 1.25 : 1.06));
    }

    [Theory, MemberData(nameof(Ids))]
    public void WeightsAndKv_OfAllStages_AreTheWholeModels(string id)
    {
        var model = ModelCatalog.Load(id);
        if (model.HasEncoder)
            return;
        var whole = Graphs.Of(model);
        var split = Graphs.Of(model, new ParallelismPlan(1, 2));
        var table = model.TiedEmbeddings ? 2L * model.Vocabulary * model.EmbeddingWidth : 0;
        Assert.Equal(
            whole.WeightBytes(0).Value + table,
            split.WeightBytes(0).Value + split.WeightBytes(1).Value);
        Assert.Equal(
            whole.KvBytesPerToken(0), split.KvBytesPerToken(0) + split.KvBytesPerToken(1));
        Assert.Equal(
            whole.StateBytesPerSequence(0),
            split.StateBytesPerSequence(0) + split.StateBytesPerSequence(1));
    }

    [Theory, MemberData(nameof(Ids))]
    public void At_AllocatesNothing(string id)
    {
        var templates = Graphs.Of(ModelCatalog.Load(id), new ParallelismPlan()).Stages[0];
        long flops = 0;
        foreach (var template in templates)
            flops += template.At(Mixed).MatrixFlops.Value;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < templates.Count; i++)
            flops += templates[i].At(Mixed).MatrixFlops.Value;
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(flops > 0);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Formula_IsStated(string id) =>
        Assert.All(Graphs.Of(ModelCatalog.Load(id)).Stages[0], t => Assert.NotEmpty(t.Formula));

    private static IEnumerable<OperatorGraph> Plans(string id)
    {
        var model = ModelCatalog.Load(id);
        yield return Graphs.Of(model);
        yield return Graphs.Of(model, cascade: true);
        yield return Graphs.Of(model, new ParallelismPlan(Divisor(model)));
        if (!model.HasEncoder)
            yield return Graphs.Of(model, new ParallelismPlan(1, 2));
        if (model.HasExperts)
            yield return Graphs.Of(model, new ParallelismPlan(2, 1, 4, 2));
    }

    /// <summary>The least tensor parallelism above one that divides a model; else one.</summary>
    private static int Divisor(ModelConfig model) =>
        Enumerable.Range(2, 127).FirstOrDefault(
            tp => PlanCheck.Problem(model, new ParallelismPlan(tp)) is null, 1);

    private static bool IsReplicated(string name) =>
        name is "attention.down_proj" or "moe.router" or "moe.shared_gate" or "vision.patches"
            or "embedding.project" or "lm_head.project"
        || name.StartsWith("vision.projector", StringComparison.Ordinal);

    private static bool SharesHeads(ModelConfig model, int tp) => model.Layers.Any(layer =>
        layer.Mixer is Mamba2Shape || (layer.Mixer is AttentionShape a && a.KvHeads < tp));

    /// <summary>The mixed step with every member changed that a basis does not name.</summary>
    private static StepShape Scrambled(ShapeBasis basis)
    {
        var other = new StepShape
        {
            PrefillTokens = 500,
            DecodeTokens = 4,
            SampledTokens = 9,
            Images = 7,
        };
        return basis switch
        {
            // 480 + 24 tokens, otherwise composed.
            ShapeBasis.Tokens or ShapeBasis.ExpertTokens => other,
            ShapeBasis.SampledTokens => other with { SampledTokens = Mixed.SampledTokens },
            ShapeBasis.Images => other with { Images = Mixed.Images },
            ShapeBasis.Prefill => other with
            {
                PrefillTokens = Mixed.PrefillTokens,
                PrefillSequences = Mixed.PrefillSequences,
                PrefillPairs = Mixed.PrefillPairs,
                PrefillKvTokens = Mixed.PrefillKvTokens,
                WindowPrefillPairs = Mixed.WindowPrefillPairs,
                WindowPrefillKvTokens = Mixed.WindowPrefillKvTokens,
            },
            _ => Mixed with
            {
                PrefillTokens = 1,
                PrefillPairs = 1,
                PrefillKvTokens = 1,
                SampledTokens = 1,
                Images = 9,
            },
        };
    }
}
