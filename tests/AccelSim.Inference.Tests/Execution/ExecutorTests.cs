using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using static AccelSim.Inference.Tests.Execution.TinyRun;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>The engine's forward pass against one in fp64 that shares nothing with it.</summary>
public sealed class ExecutorTests : IDisposable
{
    private static readonly int[] Tokens = RandomTokens(29, 1);
    private readonly CpuPool _pool = new(2);

    public static TheoryData<string> AllModels => [.. TinyModels.Configs.Keys];

    [Theory]
    [MemberData(nameof(AllModels))]
    public void WholePrompt_AgreesWithReference(string name)
    {
        using var run = new TinyRun(name, _pool);
        run.Step(Prompt(Tokens, 0, Tokens.Length, Blocks(0)));
        Near(run.Reference.Forward(Tokens)[^1], run.Logits(0));
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void ChunksAndDecodes_AgreeWithReference(string name)
    {
        using var run = new TinyRun(name, _pool);
        var expected = run.Reference.Forward(Tokens);
        run.Step(Prompt(Tokens, 0, 7, Blocks(0)));
        Near(expected[6], run.Logits(0));
        run.Step(Prompt(Tokens, 7, 13, Blocks(0)));
        Near(expected[19], run.Logits(0));
        for (var i = 20; i < Tokens.Length; i++)
        {
            run.Step(Decode(Tokens, i, Blocks(0)));
            Near(expected[i], run.Logits(0));
        }
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void SequencesThatShareASequenceOfSteps_DoNotMeet(string name)
    {
        using var run = new TinyRun(name, _pool);
        var other = RandomTokens(18, 2);
        run.Step(
            Prompt(Tokens, 0, 20, Blocks(0)), Prompt(other, 0, 5, Blocks(1)));
        run.Step(
            Decode(Tokens, 20, Blocks(0)), Prompt(other, 5, 13, Blocks(1)));
        Near(run.Reference.Forward(Tokens)[20], run.Logits(0));
        Near(run.Reference.Forward(other)[17], run.Logits(1));
    }

    [Theory]
    [InlineData("bf16", "bf16", 0.05)]
    [InlineData("fp16", "fp16", 0.006)]
    [InlineData("int8", "fp32", 0.06)]
    [InlineData("fp32", "int8", 0.03)]
    public void CoarserFormats_StayWithinTheirBound(string weights, string kv, double bound)
    {
        using var run = new TinyRun("llama", _pool, null, weights, kv);
        run.Step(Prompt(Tokens, 0, 28, Blocks(0)));
        run.Step(Decode(Tokens, 28, Blocks(0)));
        var expected = run.Reference.Forward(Tokens)[28];
        Near(expected, run.Logits(0), bound);
        // Not less coarse than it should be, either.
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Near(expected, run.Logits(0), 1e-5));
    }

    /// <summary>
    /// Caches of two bits: a token sees the same whether the prompt came whole or in pieces.
    /// </summary>
    [Theory]
    [InlineData("int2")]
    [InlineData("int2-sinks")]
    [InlineData("int2-channels")]
    [InlineData("int2-outliers")]
    public void PromptInPieces_GivesWhatTheWholeGives(string kv)
    {
        var tokens = RandomTokens(CacheBlocks * BlockSize, 4);
        int[] blocks = [.. Enumerable.Range(0, CacheBlocks).Select(i => i * 7 % CacheBlocks)];
        using var whole = new TinyRun("llama", _pool, null, "fp32", kv);
        using var pieces = new TinyRun("llama", _pool, null, "fp32", kv);
        foreach (var (from, count) in new[] { (0, 3), (3, 28), (31, 1), (32, 9), (41, 19) })
        {
            whole.Step(Prompt(tokens, 0, from + count, blocks));
            pieces.Step(Prompt(tokens, from, count, blocks));
            var expected = whole.Logits(0);
            Near([.. expected.Select(logit => (double)logit)], pieces.Logits(0));
        }
        for (var i = 60; i < tokens.Length; i++) pieces.Step(Decode(tokens, i, blocks));
        whole.Step(Prompt(tokens, 0, tokens.Length, blocks));
        var last = whole.Logits(0);
        Near([.. last.Select(logit => (double)logit)], pieces.Logits(0));
    }

    [Fact]
    public void Observer_SeesTheGraphsOperatorsInOrder()
    {
        using var run = new TinyRun("qwen3_moe", _pool);
        var observer = new OperatorRecorder();
        run.Executor.Observer = observer;
        run.Step(Prompt(Tokens, 0, 9, Blocks(0)));
        Assert.Equal(
            run.Model.Graph.Sequence(0).Select(placed => (placed.Operation.Name, placed.Layer)),
            observer.Seen.Select(seen => (seen.Name, seen.Layer)));
        Assert.All(observer.Seen, seen => Assert.True(seen.End >= seen.Start));
        Assert.All(
            observer.Seen.Zip(observer.Seen.Skip(1)),
            pair => Assert.True(pair.Second.Start >= pair.First.End));
    }

    [Fact]
    public void Bound_IsOneThatAWrongTokenMisses()
    {
        using var run = new TinyRun("llama", _pool);
        run.Step(Prompt(Tokens, 0, Tokens.Length, Blocks(0)));
        var wrong = Tokens.ToArray();
        wrong[3] = (wrong[3] + 1) % 80;
        var expected = run.Reference.Forward(wrong)[^1];
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Near(expected, run.Logits(0)));
    }

    [Fact]
    public void RandomWeights_AreTheSeedsAloneWhateverTheThreads()
    {
        var logits = new List<float[]>();
        foreach (var (seed, threads) in new[] { (1, 1), (1, 3), (2, 1) })
        {
            using var pool = new CpuPool(threads);
            using var model = EngineModel.Load(
                TinyModels.Shape("llama"), TinyModels.Numerics("llama"),
                EngineFormats.Named("int4", "fp16"), new RandomWeights(seed), pool);
            using var executor = Processor(model, pool);
            executor.Step([new StepEntry(Tokens, 0, Blocks(0), true, new Sampler(0, 1))]);
            logits.Add(executor.Logits(0).ToArray());
        }
        Assert.Equal(logits[0], logits[1]);
        Assert.NotEqual(logits[0], logits[2]);
    }

    public void Dispose() => _pool.Dispose();
}
