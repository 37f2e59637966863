using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Speculation;
using AccelSim.Models;
using AccelSim.Workloads;
using MathNet.Numerics.Distributions;

namespace AccelSim.Inference.Tests.Speculation;

/// <summary>
/// Drawn answers have the model's own distribution: Pearson's chi-squared over all answers of
/// three tokens, which a slightly wrong rule of acceptance fails.
/// </summary>
public sealed class LosslessTests : IDisposable
{
    private const int Vocabulary = 6;
    private const int Length = 3;
    private const int Draws = 6000;
    private const double Temperature = 0.7;

    /// <summary>A right rule misses it once in a thousand sets of seeds.</summary>
    private const double Doubt = 1e-3;

    private const string Config = """
        {"model_type": "llama", "hidden_size": 32, "intermediate_size": 32,
        "num_attention_heads": 2, "num_hidden_layers": 3, "vocab_size": 6, "rms_norm_eps": 1e-5,
        "max_position_embeddings": 64, "torch_dtype": "float32"}
        """;

    private static readonly int[] Blocks = [0, 1];
    private static readonly int[] Prompt = [1, 2, 3, 1, 2];

    private readonly CpuPool _pool = new(1);
    private readonly EngineModel _target;
    private readonly Executor _executor;

    public LosslessTests()
    {
        _target = Load(1);
        _executor = new Executor(_target, _pool, Blocks.Length, 16);
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("tree")]
    [InlineData("skip-layers")]
    [InlineData("ngram")]
    public void Answers_HaveTheModelsDistribution(string strategy) =>
        Assert.InRange(Probability(strategy, new LosslessRule()), Doubt, 1);

    [Theory]
    [InlineData("draft", "generous")]
    [InlineData("draft", "careless")]
    [InlineData("skip-layers", "generous")]
    [InlineData("tree", "careless")]
    [InlineData("ngram", "careless")]
    public void WrongRules_AreFoundOut(string strategy, string rule) =>
        Assert.InRange(
            Probability(strategy, rule == "generous" ? new Generous() : new Careless()), 0,
            Doubt / 100);

    public void Dispose()
    {
        _executor.Dispose();
        _target.Dispose();
        _pool.Dispose();
    }

    /// <summary>The probability of answers as far off as these or farther.</summary>
    private double Probability(string strategy, IAcceptanceRule rule)
    {
        using var draft = Load(2);
        using var small = new Executor(draft, _pool, Blocks.Length, 16);
        var counts = new int[(int)Math.Pow(Vocabulary, Length)];
        for (var seed = 0; seed < Draws; seed++)
        {
            IProposer proposer = strategy switch
            {
                "draft" => new DraftModelProposer(small, Blocks, Temperature, seed),
                "tree" => new DraftTreeProposer(small, Blocks, Temperature, seed),
                "skip-layers" =>
                    new SkipLayersProposer(_executor, Blocks, [1], Temperature, seed),
                _ => new NgramProposer(2, 1),
            };
            var answer = new SpeculativeDecoder(
                _executor, Blocks, proposer, 2, Temperature, seed) { Rule = rule }
                .Answer(Prompt, Length, []);
            counts[Index(answer.Tokens)]++;
        }
        return ChiSquaredTail(Expected([]).ToList(), counts);
    }

    /// <summary>Rare answers count together, so that each cell expects at least five.</summary>
    private static double ChiSquaredTail(List<(int Index, double Odds)> expected, int[] counts)
    {
        double sum = 0, restExpected = 0, restCount = 0;
        var cells = 0;
        foreach (var (index, odds) in expected)
        {
            if (odds * Draws < 5)
            {
                restExpected += odds * Draws;
                restCount += counts[index];
                continue;
            }
            Add(odds * Draws, counts[index]);
        }
        if (restExpected >= 5) Add(restExpected, restCount);
        Assert.InRange(cells, 20, counts.Length);
        return 1 - ChiSquared.CDF(cells - 1, sum);

        void Add(double mean, double count)
        {
            cells++;
            sum += (count - mean) * (count - mean) / mean;
        }
    }

    /// <summary>Exact odds of all answers that begin in a way.</summary>
    private IEnumerable<(int Index, double Odds)> Expected(int[] start)
    {
        if (start.Length == Length) return [(Index(start), 1)];
        _executor.Step(
        [
            new StepEntry([.. Prompt, .. start], 0, Blocks, true, null) { LogitRows = 1 },
        ]);
        var logits = _executor.Logits(0).ToArray();
        var weights = logits.Select(logit => Math.Exp(logit / Temperature)).ToArray();
        var sum = weights.Sum();
        return Enumerable.Range(0, Vocabulary).SelectMany(token => Expected([.. start, token])
            .Select(answer => (answer.Index, answer.Odds * weights[token] / sum)));
    }

    private static int Index(IEnumerable<int> tokens) =>
        tokens.Aggregate(0, (index, token) => index * Vocabulary + token);

    private EngineModel Load(long seed) => EngineModel.Load(
        ModelReader.Read(Config, "small", "small"), ModelNumerics.Read(Config, "small"),
        EngineFormats.Named("fp32", "fp32"), new RandomWeights(seed), _pool);

    /// <summary>Accepts a fifth more often than it should.</summary>
    private sealed class Generous : IAcceptanceRule
    {
        private readonly LosslessRule _right = new();

        public bool Accept(double[] target, double[]? draft, int token, SimRandom random) =>
            random.NextDouble() < 0.2 || _right.Accept(target, draft, token, random);
    }

    /// <summary>Draws anew from the target where it should draw from the difference.</summary>
    private sealed class Careless : IAcceptanceRule
    {
        public bool Accept(double[] target, double[]? draft, int token, SimRandom random) =>
            random.NextDouble() * (draft?[token] ?? 1) < target[token];
    }
}
