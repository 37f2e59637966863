using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Keys that all running sequences begin with are read once.</summary>
public sealed class CascadeAttentionTests
{
    private static readonly EngineSettings Settings = new()
    {
        EnablePrefixCaching = true, CascadeAttention = true,
    };

    private static StepShape Decode(int sequences, int context, int prefix) => new()
    {
        DecodeTokens = sequences, DecodeSequences = sequences,
        DecodeKvTokens = (long)sequences * context, CommonPrefixTokens = prefix,
        SampledTokens = sequences,
    };

    private static Deployment Deploy(EngineSettings settings) =>
        Rig.Deploy(Rig.Chip(), spec: Rig.Spec(settings));

    private static StepCost Price(Deployment deployment, StepShape shape)
    {
        deployment.Stages[0].Price(shape, out var cost);
        return cost;
    }

    /// <summary>What attention of decoding sequences does in a step, all layers together.</summary>
    private static (long Pairs, long Read) Attention(Deployment deployment, StepShape shape)
    {
        var core = deployment.Stages[0].Operators
            .Where(template =>
                template.Name.StartsWith("attention.decode", StringComparison.Ordinal))
            .Select(template => (template.Count, One: template.At(shape)))
            .ToArray();
        return (core.Sum(one => one.Count * one.One.Pairs),
            core.Sum(one => one.Count * one.One.KvReadBytes.Value));
    }

    /// <summary>A request whose prompt begins with so many tokens of all.</summary>
    private static Request Of(int id, int shared, int prompt, int output = 50) => new()
    {
        Id = id,
        // The first is over before the others come, so that they find its blocks.
        Arrival = Rig.Seconds(id == 0 ? 0 : 1),
        PromptTokens = prompt,
        OutputTokens = id == 0 ? 1 : output,
        PrefixKeys = [.. Enumerable.Range(0, prompt / 16)
            .Select(block => block < shared / 16 ? block : 1000L * (id + 1) + block)],
    };

    private sealed class Steps : IRunListener
    {
        public List<StepShape> Shapes { get; } = [];

        public void StepsDone(in StepFact fact) => Shapes.Add(fact.Shape);

        public void TransferDone(in TransferFact fact)
        {
        }

        public void RequestDone(in RequestRecord record)
        {
        }
    }

    /// <summary>The longest common prefix of any step of a run.</summary>
    private static int Longest(EngineSettings settings, params Request[] requests)
    {
        var steps = new Steps();
        Rig.Simulate([Deploy(settings)], Rig.Workload(requests), listener: steps);
        return steps.Shapes.Max(shape => shape.CommonPrefixTokens);
    }

    private static Request[] Alike(int count, int shared, int prompt = 400) =>
        [.. Enumerable.Range(0, count + 1).Select(id => Of(id, shared, prompt))];

    [Fact]
    public void EveryQuerySeesAsManyKeys_WithAndWithout() =>
        Assert.Equal(
            Attention(Deploy(new EngineSettings()), Decode(16, 5000, 0)).Pairs,
            Attention(Deploy(Settings), Decode(16, 5000, 4000)).Pairs);

    [Fact]
    public void ThePrefixIsReadOnce()
    {
        var apart = Attention(Deploy(new EngineSettings()), Decode(16, 5000, 0)).Read;
        var together = Attention(Deploy(Settings), Decode(16, 5000, 4000)).Read;
        // A token keeps 1 KiB in all layers.
        Assert.Equal(15 * 4000 * 1024, apart - together);
    }

    [Fact]
    public void OnTheRoofline_TheStepIsShorterByWhatIsNotRead_LongerByTheMerge()
    {
        var deployment = Deploy(Settings);
        var saved = Price(deployment, Decode(16, 50_000, 0)).Seconds
            - Price(deployment, Decode(16, 50_000, 40_000)).Seconds;
        // Two outputs of 256 numbers read and one written, in bf16, in each of 4 layers; the
        // prefix kernel reads the queries and writes an output once more.
        const int merge = 16 * 4 * 3 * 256 * 2, again = 16 * 4 * 2 * 256 * 2;
        Assert.Equal((15 * 40_000 * 1024.0 - merge - again) / 1e12, saved, 1e-12);
    }

    [Fact]
    public void WithoutACommonPrefix_AStepCostsAsIfItWereOff()
    {
        var shape = Decode(16, 5000, 0);
        Assert.Equal(
            Price(Deploy(new EngineSettings()), shape).Seconds,
            Price(Deploy(Settings), shape).Seconds);
    }

    [Theory]
    [InlineData(8, 256, 256)]
    [InlineData(8, 320, 320)]
    [InlineData(8, 240, 0)]
    [InlineData(7, 256, 0)]
    public void EightSequencesAnd256Tokens_AreTheFewest(int count, int shared, int expected) =>
        Assert.Equal(expected, Longest(Settings, Alike(count, shared)));

    [Fact]
    public void SwitchedOff_EachReadsItsOwn() =>
        Assert.Equal(0, Longest(Settings with { CascadeAttention = false }, Alike(8, 320)));

    [Fact]
    public void OneStrangerAmongThem_AndEachReadsItsOwn() =>
        Assert.Equal(0, Longest(
            Settings with { MaxNumSeqs = 9 }, [.. Alike(8, 320), Of(9, 0, 400, 60)]));

    [Fact]
    public void WhereTheyPartEarlierThanSome_TheShorterCounts() =>
        Assert.Equal(
            256, Longest(Settings, [.. Alike(7, 320), Of(8, 256, 400), Of(9, 256, 400)]));

    [Fact]
    public void LeapingOverSteps_EndsAsTakingEach()
    {
        var requests = Rig.Workload(Alike(12, 320).Select(request =>
            request with { OutputTokens = 20 + 7 * request.Id }));
        Assert.Equal(Ends(leaps: false), Ends(leaps: true));

        SimTime[] Ends(bool leaps) =>
            [.. Rig.Simulate(Deploy(Settings), requests, leaps).Records
                .Select(record => record.LastToken)];
    }

    [Fact]
    public void WithoutPrefixCaching_Refused()
    {
        var error = Assert.Throws<ConfigException>(
            () => new EngineSettings { CascadeAttention = true }.Validate());
        Assert.Contains("--cascade-attention: reads what sequences share", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnEstimate_WhosePromptsShareNothing_Refuses()
    {
        var error = Assert.Throws<ConfigException>(
            () => new AccelSim.Studies.Estimate(Deploy(Settings)));
        Assert.Contains("--cascade-attention: says nothing here", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ModelWithoutPlainAttention_Refused()
    {
        var error = Assert.Throws<ConfigException>(() => Rig.Deploy(
            Rig.Chip(), ModelCatalog.Load("deepseek-v2-lite"), Rig.Spec(Settings)));
        Assert.Contains("does nothing with deepseek-v2-lite", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OnAnH100_ALongPrefixPays()
    {
        var deployment = new DeploymentBuilder(
            ModelCatalog.Load("llama-3.1-8b"), "auto", "auto", "auto", 16)
            .Build(Catalog.Open("h100-sxm"), Rig.Spec(Settings));
        Assert.InRange(
            Price(deployment, Decode(64, 8400, 8192)).Seconds
                / Price(deployment, Decode(64, 8400, 0)).Seconds,
            0.3, 0.45);
    }
}
