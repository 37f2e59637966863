using AccelSim.Models;
using AccelSim.Tests.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Models;

/// <summary>Which experts tokens choose, evenly or by a power law.</summary>
public sealed class ExpertPopularityTests
{
    [Theory]
    [InlineData(8, 2)]
    [InlineData(256, 8)]
    public void EvenChoice_HitsAsTheFormulaSays(int experts, int perToken)
    {
        var even = new ExpertPopularity(experts, perToken, 0);
        Assert.Equal(
            1 - Math.Pow(1 - (double)perToken / experts, 37), even.Hit(37), 1e-15);
    }

    [Theory]
    [InlineData(8, 2, 0.5)]
    [InlineData(128, 4, 0.8)]
    [InlineData(896, 16, 1.5)]
    public void OneToken_HitsAsManyAsItChooses(int experts, int perToken, double exponent) =>
        Assert.Equal(
            (double)perToken / experts,
            new ExpertPopularity(experts, perToken, exponent).Hit(1), 1e-9);

    [Fact]
    public void TheMoreUneven_TheFewerAreHit()
    {
        var hits = new[] { 0, 0.3, 0.6, 0.9, 1.2, 2 }
            .Select(exponent => new ExpertPopularity(256, 8, exponent).Hit(64)).ToArray();
        Assert.Equal(hits.OrderDescending(), hits);
        Assert.True(hits[^1] < 0.6 * hits[0]);
    }

    [Fact]
    public void ManyTokens_HitAll() =>
        Assert.InRange(new ExpertPopularity(128, 8, 0.8).Hit(100_000), 0.9999, 1);

    [Fact]
    public void GroupsOfExperts_HitAsManyAsDrawnOnes()
    {
        const int experts = 64, perToken = 4, tokens = 24;
        const double exponent = 0.8;
        var drawn = Drawn(experts, perToken, tokens, exponent);
        var hit = new ExpertPopularity(experts, perToken, exponent).Hit(tokens) * experts;
        // Shares of single choices and of four different ones differ a little.
        Assert.InRange(hit / drawn, 0.97, 1.05);
    }

    [Fact]
    public void BestExpertOfARank_IsLessPopularThanTheBestOfAll()
    {
        var popularity = new ExpertPopularity(128, 8, 0.8);
        Assert.True(popularity.Top(16) < popularity.Top(128));
        Assert.True(popularity.Top(16) > 8.0 / 128);
    }

    [Fact]
    public void SkewedRouting_ReadsFewerWeightsInASmallStep_AndAsManyInALargeOne()
    {
        var shape = new StepShape { PrefillTokens = 16, PrefillSequences = 1 };
        double Bytes(double skew, StepShape step) => OperatorGraph.Build(
                ModelCatalog.Load("qwen3-30b-a3b"), new ParallelismPlan { RoutingSkew = skew },
                FormatPlan.Unquantised(NumberFormat.Bf16))
            .Stages[0].Single(one => one.Name == "moe.gate_up_proj").At(step).WeightBytes.Value;
        Assert.InRange(Bytes(0.8, shape) / Bytes(0, shape), 0.5, 0.95);
        var large = shape with { PrefillTokens = 100_000 };
        Assert.InRange(Bytes(0.8, large) / Bytes(0, large), 0.999, 1);
    }

    [Fact]
    public void Deployment_TakesTheSkewThatMeasurementsAskFor_UnlessTold()
    {
        var mixtral = ModelCatalog.Load("mixtral-8x7b");
        var stated = Rig.Deploy(
            Rig.Chip(), mixtral, Rig.Spec() with { RoutingSkew = 0 }).Graph.Plan.RoutingSkew;
        Assert.Equal(0, stated);
        Assert.Equal(
            AccelSim.Hardware.Catalog.Estimators.Routing.Skew.Value.Value,
            Rig.Deploy(Rig.Chip(), mixtral).Graph.Plan.RoutingSkew);
        Assert.Equal(0, Rig.Deploy(Rig.Chip()).Graph.Plan.RoutingSkew);
    }

    /// <summary>Experts that tokens hit, each drawing different ones by their weights.</summary>
    private static double Drawn(int experts, int perToken, int tokens, double exponent)
    {
        const int trials = 400;
        var random = new SimRandom(7, "experts");
        double hits = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var seen = new HashSet<int>();
            for (var token = 0; token < tokens; token++)
            {
                var own = new HashSet<int>();
                while (own.Count < perToken) own.Add(Draw(experts, exponent, random));
                seen.UnionWith(own);
            }
            hits += seen.Count;
        }
        return hits / trials;
    }

    private static int Draw(int experts, double exponent, SimRandom random)
    {
        var weights = Enumerable.Range(1, experts).Select(i => Math.Pow(i, -exponent)).ToArray();
        var left = random.NextDouble() * weights.Sum();
        for (var i = 0; i < experts; i++)
        {
            left -= weights[i];
            if (left <= 0) return i;
        }
        return experts - 1;
    }
}
