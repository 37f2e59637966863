using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Speculation;
using AccelSim.Inference.Tests.Execution;

namespace AccelSim.Inference.Tests.Speculation;

/// <summary>Whatever is proposed, a greedy answer is the one without proposals.</summary>
public sealed class GreedyTests : IDisposable
{
    private const int BlockSize = 16;
    private static readonly int[] Blocks = [.. Enumerable.Range(0, 12)];
    private readonly CpuPool _pool = new(2);

    public static TheoryData<string> Strategies =>
        ["draft", "draft-tree", "ngram", "suffix", "skip-layers", "wrong", "right"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void TrainedModels_AnswerTheSame(string strategy)
    {
        using var target = OpenedModel.Open(
            Tiny.Target, source => EngineFormats.OfFile(source, null), _pool);
        using var draft = OpenedModel.Open(
            Tiny.Draft, source => EngineFormats.OfFile(source, null), _pool);
        string[] prompts = ["It was", "She said that she said that she", "\n\n\"My dear"];
        var prompt = prompts.Select(text => target.Tokenizer!.Encode(text)).ToArray();
        Same(strategy, target.Model, draft.Model, prompt);
    }

    [Theory]
    [InlineData("llama", "draft")]
    [InlineData("llama", "draft-tree")]
    [InlineData("qwen3_moe", "draft-tree")]
    [InlineData("gpt2", "draft-tree")]
    [InlineData("mistral", "suffix")]
    [InlineData("mistral", "skip-layers")]
    [InlineData("qwen3_moe", "draft")]
    [InlineData("qwen3_moe", "wrong")]
    [InlineData("gpt2", "ngram")]
    [InlineData("opt", "right")]
    public void RandomModels_AnswerTheSame(string name, string strategy)
    {
        var formats = EngineFormats.Named("fp32", "fp32");
        using var target = EngineModel.Load(
            TinyModels.Shape(name), TinyModels.Numerics(name), formats, new RandomWeights(3),
            _pool);
        using var draft = EngineModel.Load(
            TinyModels.Shape(name), TinyModels.Numerics(name), formats, new RandomWeights(4),
            _pool);
        int[][] prompts = [[1], [5, 6, 7, 5, 6], [.. Enumerable.Range(10, 40)]];
        Same(strategy, target, draft, prompts);
    }

    [Fact]
    public void StopToken_EndsTheAnswerInTheMiddleOfAProposal()
    {
        using var target = OpenedModel.Open(
            Tiny.Target, source => EngineFormats.OfFile(source, null), _pool);
        using var executor = new Executor(target.Model, _pool, Blocks.Length, BlockSize);
        var prompt = target.Tokenizer!.Encode("It was");
        var plain = Plain(executor, prompt, 12);
        var proposer = new Oracle(plain, prompt.Length, 0);
        var answer = new SpeculativeDecoder(executor, Blocks, proposer, 8, 0, 1)
            .Answer(prompt, 12, [plain[3]]);
        Assert.Equal(plain.Take(plain.IndexOf(plain[3]) + 1), answer.Tokens);
    }

    [Fact]
    public void RightProposals_AreAllAcceptedAndWrongOnesNever()
    {
        using var target = OpenedModel.Open(
            Tiny.Target, source => EngineFormats.OfFile(source, null), _pool);
        using var executor = new Executor(target.Model, _pool, Blocks.Length, BlockSize);
        var prompt = target.Tokenizer!.Encode("It was");
        var plain = Plain(executor, prompt, 26);
        var right = Answer(new Oracle(plain, prompt.Length, 0));
        // One token of the prompt's step, then 4 accepted and 1 more each.
        Assert.Equal(5, right.Steps.Count);
        Assert.Equal(4, right.MeanAccepted);
        Assert.All(right.ByPosition, place => Assert.Equal(5, place.Accepted));
        var wrong = Answer(new Oracle(plain, prompt.Length, 1));
        Assert.Equal(25, wrong.Steps.Count);
        Assert.Equal(0, wrong.MeanAccepted);

        SpeculatedAnswer Answer(IProposer proposer) =>
            new SpeculativeDecoder(executor, Blocks, proposer, 4, 0, 1).Answer(prompt, 26, []);
    }

    public void Dispose() => _pool.Dispose();

    private void Same(string strategy, EngineModel target, EngineModel draft, int[][] prompts)
    {
        const int most = 40;
        using var executor = new Executor(target, _pool, Blocks.Length, BlockSize);
        using var small = new Executor(draft, _pool, Blocks.Length, BlockSize);
        // One proposer for all prompts: it has to notice that another sequence has begun.
        IProposer? lasting = strategy switch
        {
            "draft" => new DraftModelProposer(small, Blocks, 0, 1),
            "draft-tree" => new DraftTreeProposer(small, Blocks, 0, 1),
            "ngram" => new NgramProposer(),
            "suffix" => new SuffixProposer(1),
            "skip-layers" => new SkipLayersProposer(executor, Blocks, [1], 0, 1),
            _ => null,
        };
        foreach (var prompt in prompts)
        {
            var plain = Plain(executor, prompt, most);
            var proposer = lasting ?? new Oracle(plain, prompt.Length, strategy == "wrong" ? 1 : 0);
            foreach (var depth in new[] { 1, 5 })
            {
                List<int> heard = [];
                var answer = new SpeculativeDecoder(executor, Blocks, proposer, depth, 0, 1)
                    .Answer(prompt, most, [], heard.Add);
                Assert.Equal(plain, answer.Tokens);
                Assert.Equal(plain, heard);
            }
        }
    }

    /// <summary>Token by token.</summary>
    private static List<int> Plain(Executor executor, int[] prompt, int most)
    {
        var greedy = new Sampler(0, 1);
        List<int> answer =
            [executor.Step([new StepEntry(prompt, 0, Blocks, true, greedy)])[0]];
        while (answer.Count < most)
        {
            answer.Add(executor.Step(
            [
                new StepEntry(
                    [answer[^1]], prompt.Length + answer.Count - 1, Blocks, false, greedy),
            ])[0]);
        }
        return answer;
    }

    /// <summary>Knows the answer, or always says something else.</summary>
    private sealed class Oracle(List<int> answer, int prompt, int error) : IProposer
    {
        public string Name => "oracle";

        public Proposal Propose(IReadOnlyList<int> tokens, int most) => Proposal.Certain(
        [
            .. answer.Skip(tokens.Count - prompt).Take(most)
                .Select(token => Math.Abs(token - error)),
        ]);
    }
}
