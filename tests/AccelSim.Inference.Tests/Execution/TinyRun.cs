using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Execution;

/// <summary>A tiny model, what runs it, and its reference in fp64.</summary>
internal sealed class TinyRun : IDisposable
{
    /// <summary>Tokens of a block of the cache.</summary>
    public const int BlockSize = 4;

    /// <summary>Blocks of the cache.</summary>
    public const int CacheBlocks = 16;

    /// <summary>What fp32 may lose, as a share of the largest logit.</summary>
    public const double Bound = 2e-4;

    private readonly MemoryWeights _weights;

    /// <summary>Loads a model.</summary>
    /// <param name="name">One of <see cref="TinyModels"/>.</param>
    /// <param name="pool">Loads and, on the processor, runs it.</param>
    /// <param name="open">Makes what runs it; null: the processor.</param>
    /// <param name="weights">The format of weights.</param>
    /// <param name="kv">The format of the cache.</param>
    public TinyRun(
        string name, CpuPool pool, Func<EngineModel, IExecutor>? open = null,
        string weights = "fp32", string kv = "fp32")
    {
        _weights = TinyModels.Weights(name);
        var (shape, numerics) = (TinyModels.Shape(name), TinyModels.Numerics(name));
        Reference = new ReferenceModel(shape, numerics, _weights);
        Model = EngineModel.Load(
            shape, numerics, EngineFormats.Named(weights, kv),
            new FileWeights(_weights, "memory"), pool);
        Executor = open is null ? Processor(Model, pool) : open(Model);
    }

    public ReferenceModel Reference { get; }

    public EngineModel Model { get; }

    public IExecutor Executor { get; }

    /// <summary>What runs a model on the processor.</summary>
    public static Executor Processor(EngineModel model, CpuPool pool) =>
        new(model, pool, CacheBlocks, BlockSize);

    public static StepEntry Prompt(int[] tokens, int from, int count, int[] blocks) =>
        new(tokens[from..(from + count)], from, blocks, true, new Sampler(0, 1));

    public static StepEntry Decode(int[] tokens, int at, int[] blocks) =>
        new([tokens[at]], at, blocks, false, new Sampler(0, 1));

    public static int[] RandomTokens(int count, long seed)
    {
        var random = new SimRandom(seed, "tokens");
        return [.. Enumerable.Range(0, count).Select(_ => random.NextInt(0, 79))];
    }

    /// <summary>Every other block, so that neighbours belong to another sequence.</summary>
    public static int[] Blocks(int sequence) =>
        [.. Enumerable.Range(0, 8).Select(i => 15 - 2 * i - sequence)];

    /// <summary>Within a share of the largest logit.</summary>
    public static void Near(double[] expected, float[] actual, double bound = Bound)
    {
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - bound * largest, expected[i] + bound * largest);
    }

    public void Step(params StepEntry[] entries) => Executor.Step(entries);

    public float[] Logits(int entry) => Executor.Logits(entry).ToArray();

    public void Dispose()
    {
        Executor.Dispose();
        Model.Dispose();
        _weights.Dispose();
    }
}

/// <summary>Notes the operators that ran.</summary>
internal sealed class OperatorRecorder : IOperatorObserver
{
    public List<(string Name, int Layer, long Start, long End)> Seen { get; } = [];

    public void OperatorRan(
        OperatorTemplate operation, int layer, in StepShape step, long start, long end) =>
        Seen.Add((operation.Name, layer, start, end));
}
