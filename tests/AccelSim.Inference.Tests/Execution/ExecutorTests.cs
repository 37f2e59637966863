using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>The engine's forward pass against one in fp64 that shares nothing with it.</summary>
public sealed class ExecutorTests : IDisposable
{
    private const int BlockSize = 4;
    private const double Bound = 2e-4;

    private static readonly int[] Tokens = RandomTokens(29, 1);
    private readonly CpuPool _pool = new(2);

    public static TheoryData<string> AllModels => [.. TinyModels.Configs.Keys];

    [Theory]
    [MemberData(nameof(AllModels))]
    public void WholePrompt_AgreesWithReference(string name)
    {
        using var run = new Run(name, _pool);
        run.Step(Run.Prompt(Tokens, 0, Tokens.Length, Blocks(0)));
        Near(run.Reference.Forward(Tokens)[^1], run.Logits(0));
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void ChunksAndDecodes_AgreeWithReference(string name)
    {
        using var run = new Run(name, _pool);
        var expected = run.Reference.Forward(Tokens);
        run.Step(Run.Prompt(Tokens, 0, 7, Blocks(0)));
        Near(expected[6], run.Logits(0));
        run.Step(Run.Prompt(Tokens, 7, 13, Blocks(0)));
        Near(expected[19], run.Logits(0));
        for (var i = 20; i < Tokens.Length; i++)
        {
            run.Step(Run.Decode(Tokens, i, Blocks(0)));
            Near(expected[i], run.Logits(0));
        }
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void SequencesThatShareASequenceOfSteps_DoNotMeet(string name)
    {
        using var run = new Run(name, _pool);
        var other = RandomTokens(18, 2);
        run.Step(
            Run.Prompt(Tokens, 0, 20, Blocks(0)), Run.Prompt(other, 0, 5, Blocks(1)));
        run.Step(
            Run.Decode(Tokens, 20, Blocks(0)), Run.Prompt(other, 5, 13, Blocks(1)));
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
        using var run = new Run("llama", _pool, weights, kv);
        run.Step(Run.Prompt(Tokens, 0, 28, Blocks(0)));
        run.Step(Run.Decode(Tokens, 28, Blocks(0)));
        var expected = run.Reference.Forward(Tokens)[28];
        Near(expected, run.Logits(0), bound);
        // Not less coarse than it should be, either.
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Near(expected, run.Logits(0), 1e-5));
    }

    [Fact]
    public void Observer_SeesTheGraphsOperatorsInOrder()
    {
        using var run = new Run("qwen3_moe", _pool);
        var observer = new Recorder();
        run.Executor.Observer = observer;
        run.Step(Run.Prompt(Tokens, 0, 9, Blocks(0)));
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
        using var run = new Run("llama", _pool);
        run.Step(Run.Prompt(Tokens, 0, Tokens.Length, Blocks(0)));
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
            using var executor = new Executor(model, pool, 16, BlockSize);
            executor.Step([new StepEntry(Tokens, 0, Blocks(0), true, new Sampler(0, 1))]);
            logits.Add(executor.Logits(0).ToArray());
        }
        Assert.Equal(logits[0], logits[1]);
        Assert.NotEqual(logits[0], logits[2]);
    }

    public void Dispose() => _pool.Dispose();

    private static int[] RandomTokens(int count, long seed)
    {
        var random = new SimRandom(seed, "tokens");
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(0, 79))];
    }

    /// <summary>Every other block, so that neighbours belong to another sequence.</summary>
    private static int[] Blocks(int sequence) =>
        [.. Enumerable.Range(0, 8).Select(i => 15 - 2 * i - sequence)];

    /// <summary>Within a share of the largest logit.</summary>
    private static void Near(double[] expected, float[] actual, double bound = Bound)
    {
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - bound * largest, expected[i] + bound * largest);
    }

    /// <summary>A model, its executor and its reference.</summary>
    private sealed class Run : IDisposable
    {
        private readonly MemoryWeights _weights;

        public Run(string name, CpuPool pool, string weights = "fp32", string kv = "fp32")
        {
            _weights = TinyModels.Weights(name);
            var (shape, numerics) = (TinyModels.Shape(name), TinyModels.Numerics(name));
            Reference = new ReferenceModel(shape, numerics, _weights);
            Model = EngineModel.Load(
                shape, numerics, EngineFormats.Named(weights, kv),
                new FileWeights(_weights, "memory"), pool);
            Executor = new Executor(Model, pool, 16, BlockSize);
        }

        public ReferenceModel Reference { get; }

        public EngineModel Model { get; }

        public Executor Executor { get; }

        public static StepEntry Prompt(int[] tokens, int from, int count, int[] blocks) =>
            new(tokens[from..(from + count)], from, blocks, true, new Sampler(0, 1));

        public static StepEntry Decode(int[] tokens, int at, int[] blocks) =>
            new([tokens[at]], at, blocks, false, new Sampler(0, 1));

        public void Step(params StepEntry[] entries) => Executor.Step(entries);

        public float[] Logits(int entry) => Executor.Logits(entry).ToArray();

        public void Dispose()
        {
            Executor.Dispose();
            Model.Dispose();
            _weights.Dispose();
        }
    }

    private sealed class Recorder : IOperatorObserver
    {
        public List<(string Name, int Layer, long Start, long End)> Seen { get; } = [];

        public void OperatorRan(
            OperatorTemplate operation, int layer, in StepShape step, long start, long end) =>
            Seen.Add((operation.Name, layer, start, end));
    }
}
