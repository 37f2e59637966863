using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Inference.Tests.Execution;
using AccelSim.Serving;

namespace AccelSim.Inference.Tests.Serving;

/// <summary>Requests served together get the answers that they would get alone.</summary>
public sealed class ServingEngineTests : IDisposable
{
    private const int BlockSize = 4;
    private readonly CpuPool _pool = new(2);
    private readonly EngineModel _model;

    public ServingEngineTests() => _model = EngineModel.Load(
        TinyModels.Shape("llama"), TinyModels.Numerics("llama"),
        EngineFormats.Named("fp32", "fp32"), new RandomWeights(3), _pool);

    [Theory]
    [InlineData(100, 64)]
    [InlineData(100, 5)]
    // Too few blocks for all: some make room and are computed again.
    [InlineData(14, 16)]
    public void Answers_AreThoseOfEachRequestAlone(int blocks, int budget)
    {
        var requests = Requests(6);
        var together = Serve(requests, blocks, budget);
        Assert.Equal(6, together.Answers.Count);
        if (blocks < 20) Assert.Contains(together.Answers, answer => answer.Preemptions > 0);
        foreach (var answer in together.Answers)
        {
            var alone = Serve([answer.Request], 100, 64).Answers[0];
            Assert.Equal(alone.Tokens, answer.Tokens);
            Assert.Equal(answer.Request.MaxTokens, answer.Tokens.Count);
        }
    }

    /// <summary>
    /// Prompts in one piece or in many, decoded, begun anew in blocks of others: what a token sees
    /// of packed keys is the same.
    /// </summary>
    [Theory]
    [InlineData("int2", 200, 11)]
    [InlineData("int2-sinks", 45, 50)]
    [InlineData("int2-channels", 200, 11)]
    [InlineData("int2-channels", 45, 50)]
    [InlineData("int2-outliers", 200, 11)]
    [InlineData("int2-outliers", 45, 50)]
    public void CachesOfTwoBits_AnswerTheSameTogetherAndAlone(string kv, int blocks, int budget)
    {
        using var model = EngineModel.Load(
            TinyModels.Shape("llama"), TinyModels.Numerics("llama"),
            EngineFormats.Named("fp32", kv), new RandomWeights(3), _pool);
        ServedRequest[] requests =
        [
            .. Requests(6).Select((request, i) => request with
            {
                Prompt = [.. Enumerable.Range(0, 9 + 16 * i).Select(t => (t * 7 + i * 13) % 97)],
                MaxTokens = 40 - i,
            }),
        ];
        var together = Serve(requests, blocks, budget, model);
        Assert.Equal(6, together.Answers.Count);
        if (blocks < 100) Assert.Contains(together.Answers, answer => answer.Preemptions > 0);
        foreach (var answer in together.Answers)
        {
            var alone = Serve([answer.Request], 100, 128, model).Answers[0];
            Assert.Equal(alone.Tokens, answer.Tokens);
        }
    }

    [Fact]
    public void StopToken_EndsAnAnswerAndFreesItsBlocks()
    {
        var plain = Serve([Requests(1)[0] with { MaxTokens = 20 }], 100, 64).Answers[0];
        var stop = plain.Tokens[5];
        var first = plain.Tokens.ToList().IndexOf(stop);
        List<int> heard = [];
        var request = plain.Request with { StopTokens = [stop], OnToken = heard.Add };
        var engine = Serve([request, request, request], 12, 64);
        Assert.All(
            engine.Answers, answer => Assert.Equal(plain.Tokens.Take(first + 1), answer.Tokens));
        Assert.Equal(3 * (first + 1), heard.Count);
        Assert.Equal(0, engine.Unfinished);
    }

    [Fact]
    public void Arrivals_AreWaitedFor()
    {
        var engine = Serve([Requests(1)[0] with { Arrival = 0.05 }], 100, 64);
        Assert.True(engine.Clock >= 0.05);
        var answer = engine.Answers[0];
        Assert.True(answer.FirstToken > 0 && answer.LastToken >= answer.FirstToken);
    }

    [Fact]
    public void WhatCanNeverRun_IsRefusedWithTheReason()
    {
        using var executor = new Executor(_model, _pool, 4, BlockSize);
        var engine = new ServingEngine(executor, Settings(16), 4, 0);
        Assert.Contains(
            "KV blocks", engine.Submit(new ServedRequest(new int[10], 20)),
            StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _model.Dispose();
        _pool.Dispose();
    }

    private static EngineSettings Settings(int budget) => new()
    {
        BlockSize = BlockSize,
        MaxNumBatchedTokens = budget,
        MaxNumSeqs = 4,
    };

    private static ServedRequest[] Requests(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new ServedRequest(
            [.. Enumerable.Range(0, 5 + 3 * i).Select(t => (t * 7 + i * 13) % 97)], 8 + i)
        {
            // Drawn tokens, too: a sampler is a sequence's own.
            Temperature = i % 2,
            Seed = i,
        }),
    ];

    private ServingEngine Serve(
        ServedRequest[] requests, int blocks, int budget, EngineModel? model = null)
    {
        using var executor = new Executor(model ?? _model, _pool, blocks, BlockSize);
        var engine = new ServingEngine(executor, Settings(budget), blocks, 0);
        engine.Run(requests);
        return engine;
    }
}
