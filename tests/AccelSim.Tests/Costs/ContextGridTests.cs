using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Tests.Serving;

namespace AccelSim.Tests.Costs;

/// <summary>Decode steps on the line between contexts, against each priced itself.</summary>
public sealed class ContextGridTests
{
    private static StepShape Decode(int sequences, long keys) => new()
    {
        DecodeTokens = sequences, DecodeSequences = sequences, DecodeKvTokens = keys,
        SampledTokens = sequences,
    };

    private static StepPricer Pricer(string rung, string model = "llama-3.1-8b") =>
        new DeploymentBuilder(ModelCatalog.Load(model), "auto", "auto", "auto", 16)
        {
            Rung = CostRung.Named(rung, ""),
        }
            .Build(Catalog.Open("h100-sxm"), Rig.Spec()).Stages[0];

    private static double Attention(StepPricer pricer, StepShape shape)
    {
        pricer.Attention(shape, 0, out var cost);
        return cost.Seconds;
    }

    private static double Itself(StepPricer pricer, StepShape shape)
    {
        double seconds = 0;
        foreach (var template in pricer.Operators)
        {
            if (template.Basis is not (ShapeBasis.Decode or ShapeBasis.WindowDecode)) continue;
            pricer.Model.Price(template.At(shape), out var price);
            seconds += template.Count * price.Seconds;
        }
        return seconds;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void BetweenKnots_IsNearThePriceItself(int sequences)
    {
        var pricer = Pricer("analytical");
        var worst = Enumerable.Range(1, 600).Max(i =>
        {
            var shape = Decode(sequences, (long)sequences * i * 13 + i % sequences);
            return Math.Abs(Attention(pricer, shape) / Itself(pricer, shape) - 1);
        });
        // Half a step over keys, of which a context of some hundreds has a few.
        Assert.InRange(worst, 1e-6, 0.1);
    }

    [Fact]
    public void OverAStepOfKeys_TheMeanIsThatOfThePricesThemselves()
    {
        var pricer = Pricer("analytical");
        var shapes = Enumerable.Range(0, 256).Select(i => Decode(8, 8L * (4000 + i))).ToArray();
        var line = shapes.Average(shape => Attention(pricer, shape));
        var itself = shapes.Average(shape => Itself(pricer, shape));
        Assert.InRange(line / itself, 0.999, 1.001);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(128, 1000)]
    [InlineData(128, 20_000)]
    public void WindowedLayers_AreNearTheirPriceToo(long seen, long context)
    {
        var pricer = Pricer("analytical", "gpt-oss-120b");
        var shape = Decode(16, 16 * context) with { WindowDecodeKvTokens = 16 * seen };
        Assert.InRange(Attention(pricer, shape) / Itself(pricer, shape), 0.93, 1.07);
    }

    [Fact]
    public void SeveralTokensOfASequence_ArePricedAsSuch()
    {
        var pricer = Pricer("analytical");
        var one = Decode(8, 8 * 1000);
        var four = one with { DecodeTokens = 32 };
        Attention(pricer, one);
        Assert.InRange(Attention(pricer, four) / Itself(pricer, four), 0.95, 1.05);
    }

    [Fact]
    public void AtAKnot_IsThePriceItself()
    {
        var pricer = Pricer("analytical");
        var shape = Decode(16, 16 * (10 * 64 + 32));
        Assert.Equal(Itself(pricer, shape), Attention(pricer, shape), 1e-15);
    }

    [Fact]
    public void Price_DoesNotDependOnWhatWasPricedBefore()
    {
        var (fresh, used) = (Pricer("analytical"), Pricer("analytical"));
        for (var i = 1; i < 2000; i++) Attention(used, Decode(1 + i % 90, 5000L * (1 + i % 70)));
        var shape = Decode(33, 33 * 777);
        Assert.Equal(Attention(fresh, shape), Attention(used, shape));
    }

    [Fact]
    public void Roofline_PricesEachStepItself()
    {
        var pricer = Pricer("roofline");
        var shape = Decode(5, 5 * 777 + 1);
        Assert.Equal(Itself(pricer, shape), Attention(pricer, shape));
    }
}
