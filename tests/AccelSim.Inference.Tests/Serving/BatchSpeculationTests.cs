using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Inference.Speculation;
using AccelSim.Inference.Tests.Execution;
using AccelSim.Models;
using AccelSim.Serving;

namespace AccelSim.Inference.Tests.Serving;

/// <summary>Whatever is proposed to a batch, each greedy answer is the one without it.</summary>
public sealed class BatchSpeculationTests : IDisposable
{
    private const int BlockSize = 4;
    private const int Most = 5;
    private readonly CpuPool _pool = new(2);
    private readonly EngineModel _model;
    private readonly EngineModel _draft;

    public BatchSpeculationTests()
    {
        var formats = EngineFormats.Named("fp32", "fp32");
        _model = EngineModel.Load(
            TinyModels.Shape("llama"), TinyModels.Numerics("llama"), formats,
            new RandomWeights(3), _pool);
        _draft = EngineModel.Load(
            TinyModels.Shape("llama"), TinyModels.Numerics("llama"), formats,
            new RandomWeights(4), _pool);
    }

    [Theory]
    [InlineData("draft", 100, 64)]
    [InlineData("same", 100, 64)]
    [InlineData("skip-layers", 100, 64)]
    [InlineData("ngram", 100, 64)]
    [InlineData("suffix", 100, 64)]
    // Steps so small that proposals have to be short.
    [InlineData("same", 100, 9)]
    // Too few blocks for all: some make room, and what stands is cut.
    [InlineData("same", 22, 32)]
    [InlineData("draft", 22, 32)]
    [InlineData("skip-layers", 22, 32)]
    public void GreedyAnswers_AreThoseWithoutProposals(string way, int blocks, int budget)
    {
        var requests = Requests(6);
        var engine = Serve(requests, blocks, budget, way);
        Assert.Equal(6, engine.Answers.Count);
        if (blocks < 30) Assert.Contains(engine.Answers, answer => answer.Preemptions > 0);
        foreach (var answer in engine.Answers)
        {
            var alone = Serve([answer.Request], 100, 64, null).Answers[0];
            Assert.Equal(alone.Tokens, answer.Tokens);
            // A step gives one token more than are accepted; the first comes of the prompt.
            if (answer.Preemptions == 0)
            {
                Assert.True(answer.Tokens.Count - 1
                    <= answer.Speculation.Sum(step => step.Accepted + 1));
            }
        }
    }

    /// <summary>Rejected tokens are written over, exact ones, too.</summary>
    [Theory]
    [InlineData("int2", "skip-layers")]
    [InlineData("int2-sinks", "ngram")]
    [InlineData("int2-sinks", "skip-layers")]
    public void CachesOfTwoBits_AnswerAsWithoutProposals(string kv, string way)
    {
        using var model = Load(kv);
        foreach (var answer in Serve(Requests(4), 100, 64, way, null, model).Answers)
        {
            Assert.Equal(
                Serve([answer.Request], 100, 64, null, null, model).Answers[0].Tokens,
                answer.Tokens);
        }
    }

    [Theory]
    [InlineData("int2-channels")]
    [InlineData("int2-outliers")]
    public void CachesThatPackTokensTogether_TakeNoProposals(string kv)
    {
        using var model = Load(kv);
        Assert.Contains(
            "takes no token back",
            Assert.Throws<ArgumentException>(
                () => Serve(Requests(1), 100, 64, "ngram", null, model)).Message,
            StringComparison.Ordinal);
        using var executor = new Executor(model, _pool, 4, BlockSize);
        Assert.Throws<ArgumentException>(
            () => new SpeculativeDecoder(executor, [0, 1, 2, 3], new NgramProposer(), 3, 0, 1));
    }

    [Fact]
    public void WhoKnowsTheAnswer_HasItAcceptedWholeForEachRequest()
    {
        var requests = Requests(4);
        var engine = Serve(requests, 100, 64, "same");
        Assert.All(engine.Answers, answer => Assert.All(
            answer.Speculation, step => Assert.Equal(step.Proposed, step.Accepted)));
        // Five and one more a step, where one token a step took as many steps as tokens.
        Assert.InRange(engine.Steps, 3, requests.Max(request => request.MaxTokens) / 2);
    }

    [Fact]
    public void StopToken_EndsAnAnswerInTheMiddleOfAProposal()
    {
        var plain = Serve([Requests(1)[0] with { MaxTokens = 20 }], 100, 64, null).Answers[0];
        var stop = plain.Tokens[5];
        var first = plain.Tokens.ToList().IndexOf(stop);
        List<int> heard = [];
        var request = plain.Request with { StopTokens = [stop], OnToken = heard.Add };
        var engine = Serve([request, request, request], 30, 64, "same");
        Assert.All(
            engine.Answers, answer => Assert.Equal(plain.Tokens.Take(first + 1), answer.Tokens));
        Assert.Equal(3 * (first + 1), heard.Count);
        Assert.Equal(0, engine.Unfinished);
    }

    [Fact]
    public void DrawnAnswers_ComeOutWhole()
    {
        var requests = Requests(4).Select(one => one with { Temperature = 1 }).ToArray();
        var engine = Serve(requests, 40, 64, "draft");
        Assert.All(
            engine.Answers, one => Assert.Equal(one.Request.MaxTokens, one.Tokens.Count));
        Assert.Contains(
            engine.Answers, answer => answer.Speculation.Any(step => step.Accepted > 0));
    }

    /// <summary>What is recorded adds up: tokens gained are those of the answers.</summary>
    [Fact]
    public void Observer_HearsEveryTokenGainedAndEveryStepOfTheDraft()
    {
        var heard = new Heard();
        var requests = Requests(5);
        var engine = Serve(requests, 100, 64, "draft", heard);
        foreach (var (answer, number) in requests.Select((request, i) => (
            engine.Answers.Single(one => one.Request.Prompt.Count == request.Prompt.Count), i)))
        {
            Assert.Equal(answer.Tokens.Count, heard.Gained[number]);
        }
        Assert.True(heard.Drafts > engine.Steps);
    }

    /// <summary>
    /// One step of the model judges what five of its draft propose: six times the weights are
    /// read. Layers left out are not.
    /// </summary>
    [Theory]
    [InlineData("draft", 6.0, 6.0)]
    [InlineData("skip-layers", 3.0, 5.9)]
    public void MeasuredBytes_AreAlsoThoseOfProposing(string way, double least, double most)
    {
        var point = new BatchPoint(8, Most + 2, 1, 64);
        var blocks = SpeculatedBatch.Blocks(point, Most);
        using var executor = new Executor(_model, _pool, blocks, SpeculatedBatch.BlockSize);
        // The model itself, so that all that is proposed stands, whoever proposes.
        using var drafting = new Executor(_model, _pool, blocks, SpeculatedBatch.BlockSize);
        IBatchProposer proposer = way == "draft"
            ? new BatchDraftModel(drafting, blocks, SpeculatedBatch.BlockSize)
            : new BatchSkipLayers(executor, [1]);
        var decode = SpeculatedBatch.Measure(
            executor, point, blocks, 1, new BatchSpeculation(proposer, Most)).Decode;
        var step = default(StepShape).WithDecode(point.Isl, 1, 1, 0);
        var weights = _model.Graph.Sequence(0)
            .Select(placed => placed.Operation.At(step))
            .Where(operation => operation.Kind == OperatorKind.Linear)
            .Sum(operation => operation.WeightBytes.Value);
        // Caches and looked-up rows are little beside weights, but not nothing.
        Assert.InRange(decode.Bytes / decode.Steps / weights, least, most * 1.2);
    }

    public void Dispose()
    {
        _model.Dispose();
        _draft.Dispose();
        _pool.Dispose();
    }

    private static ServedRequest[] Requests(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new ServedRequest(
            [.. Enumerable.Range(0, 5 + 3 * i).Select(t => (t * 7 + i * 13) % 97)], 14 + i)
        {
            Seed = i,
        }),
    ];

    private EngineModel Load(string kv) => EngineModel.Load(
        TinyModels.Shape("llama"), TinyModels.Numerics("llama"),
        EngineFormats.Named("fp32", kv), new RandomWeights(3), _pool);

    private ServingEngine Serve(
        ServedRequest[] requests, int blocks, int budget, string? way,
        IServingObserver? observer = null, EngineModel? model = null)
    {
        using var executor = new Executor(model ?? _model, _pool, blocks, BlockSize);
        using var drafting = new Executor(
            way == "same" ? _model : _draft, _pool, blocks, BlockSize);
        IBatchProposer? proposer = way switch
        {
            "draft" or "same" => new BatchDraftModel(drafting, blocks, BlockSize),
            "skip-layers" => new BatchSkipLayers(executor, [1]),
            "ngram" => new SeparateProposers(() => new NgramProposer(shortest: 1)),
            "suffix" => new SeparateProposers(() => new SuffixProposer(1)),
            _ => null,
        };
        if (proposer is not null) proposer.Observer = observer;
        var settings = new EngineSettings
        {
            BlockSize = BlockSize,
            MaxNumBatchedTokens = budget,
            MaxNumSeqs = 4,
        };
        var engine = new ServingEngine(
            executor, settings, blocks, 0,
            proposer is null ? null : new BatchSpeculation(proposer, Most))
        {
            Observer = observer,
        };
        engine.Run(requests);
        return engine;
    }

    private sealed class Heard : IServingObserver
    {
        public Dictionary<int, int> Gained { get; } = [];

        public int Drafts { get; private set; }

        public void Arrived(int request, long time, int promptTokens) => Gained[request] = 0;

        public void Waited(long nanoseconds)
        {
            // Nothing arrives late here.
        }

        public void Stepped(
            long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
            IReadOnlyList<int> gained)
        {
            for (var i = 0; i < requests.Count; i++) Gained[requests[i]] += gained[i];
        }

        public void Proposed(
            long start, long end, IReadOnlyList<int> requests, IReadOnlyList<StepEntry> entries,
            bool isOther, EngineModel model, IReadOnlySet<int> skipped)
        {
            Assert.True(isOther);
            Assert.Equal(requests.Count, entries.Count);
            Drafts++;
        }
    }
}
