using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Tests.Execution;
using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>
/// Whole forward passes on every device against fp64, and against the processor's.
/// </summary>
public sealed class ModelTests : IDisposable
{
    private const int BlockSize = 4;
    private const double Bound = 2e-4;

    private static readonly int[] Tokens = RandomTokens(29, 1);
    /// <summary>A model whose experts are in part shared by all tokens.</summary>
    private const string SharedExperts = "qwen2_moe";

    private static readonly string[] OnProcessorsAlone = ["w8a8", "fp8"];

    private readonly CpuPool _pool = new(2);

    public static TheoryData<string, string> AllModels
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var device in Devices.Whole)
            {
                // The emulator takes a minute or more for each; these have every operator.
                string[] few = ["llama", "qwen3_moe", "gpt2"];
                foreach (var model in device == Devices.Emulator ? few : TinyModels.Configs.Keys)
                {
                    if (model != SharedExperts) cases.Add(device, model);
                }
            }
            return cases;
        }
    }

    public static TheoryData<string> Fast => [.. Devices.Fast];

    /// <summary>A prompt in chunks, then decoding beside another prompt.</summary>
    [Theory]
    [MemberData(nameof(AllModels))]
    public void ChunksAndDecodes_AgreeWithFp64(string device, string name)
    {
        using var run = new Run(device, name, _pool);
        var other = RandomTokens(18, 2);
        var (expected, next) = (run.Reference.Forward(Tokens), run.Reference.Forward(other));
        run.Step(Run.Prompt(Tokens, 0, 7, Blocks(0)));
        Near(expected[6], run.Logits(0));
        run.Step(
            Run.Prompt(Tokens, 7, 13, Blocks(0)), Run.Prompt(other, 0, 5, Blocks(1)));
        Near(expected[19], run.Logits(0));
        Near(next[4], run.Logits(1));
        run.Step(
            Run.Decode(Tokens, 20, Blocks(0)), Run.Prompt(other, 5, 13, Blocks(1)));
        Near(expected[20], run.Logits(0));
        Near(next[17], run.Logits(1));
        run.Step(Run.Decode(Tokens, 21, Blocks(0)));
        Near(expected[21], run.Logits(0));
    }

    [Theory]
    [InlineData("llama", "w8a8", "--dtype: kernels for GPUs run fp32, bf16, fp16, int8 and int4")]
    [InlineData("llama", "fp8", "--dtype: kernels for GPUs run fp32, bf16, fp16, int8 and int4")]
    [InlineData(SharedExperts, "fp32", "--backend: experts that all tokens share run on the")]
    public void WhatNoKernelRuns_IsRefused(string model, string weights, string message)
    {
        var problem = Assert.Throws<Configuration.ConfigException>(
            () => new Run(Devices.Emulator, model, _pool, weights));
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>Every format of weights with every format of the cache.</summary>
    [Theory]
    [MemberData(nameof(Fast))]
    public void Formats_AgreeWithTheProcessor(string device)
    {
        foreach (var weights in EngineFormats.WeightFormatNames.Except(OnProcessorsAlone))
        {
            foreach (var kv in EngineFormats.KvNames)
            {
                using var run = new Run(device, "qwen3", _pool, weights, kv);
                using var own = new Executor(run.Model, _pool, 16, BlockSize);
                StepEntry[][] steps =
                [
                    [Run.Prompt(Tokens, 0, 20, Blocks(0))],
                    [Run.Decode(Tokens, 20, Blocks(0)), Run.Prompt(Tokens, 0, 3, Blocks(1))],
                ];
                foreach (var step in steps)
                {
                    run.Step(step);
                    own.Step(step);
                }
                double[] expected = [.. own.Logits(0).ToArray().Select(logit => (double)logit)];
                // A number near the middle between two of the cache's goes either way.
                Near(expected, run.Logits(0), kv switch
                {
                    "fp32" => Bound,
                    "int4" => 0.05,
                    _ => 0.005,
                });
            }
        }
    }

    public static TheoryData<string> Units =>
        [.. Devices.Names.Where(name => Devices.Named(name).Units != MatrixUnits.None)];

    /// <summary>Prompts and batches in 16 bits, one row in 32.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void MatrixUnits_RunWholeModels(string device)
    {
        using var run = new Run(device, "llama", _pool, "bf16", "bf16");
        var expected = run.Reference.Forward(Tokens);
        run.Step(Run.Prompt(Tokens, 0, 5, Blocks(0)));
        Near(expected[4], run.Logits(0), 0.05);
        run.Step(Run.Decode(Tokens, 5, Blocks(0)));
        Near(expected[5], run.Logits(0), 0.05);
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Trees_AreSeenBranchByBranch(string device)
    {
        using var run = new Run(device, "llama", _pool);
        using var own = new Executor(run.Model, _pool, 16, BlockSize);
        var prompt = Run.Prompt(Tokens, 0, 9, Blocks(0));
        var tree = new StepEntry([5, 6, 7, 8, 9], 9, Blocks(0), false, null)
        {
            LogitRows = 5, Parents = [-1, 0, 0, 2, 1],
        };
        foreach (var executor in new IExecutor[] { run.Executor, own })
        {
            executor.Step([prompt]);
            executor.Step([tree]);
        }
        for (var i = 0; i < 5; i++) SameAsOwn(i);
        // The second branch stands: its tokens move to where a sequence has them.
        foreach (var executor in new IExecutor[] { run.Executor, own })
        {
            executor.Move(Blocks(0), 11, 10);
            executor.Move(Blocks(0), 12, 11);
            executor.Step([new StepEntry([11], 12, Blocks(0), false, new Sampler(0, 1))]);
        }
        SameAsOwn(0);

        void SameAsOwn(int row) => Near(
            [.. own.Logits(row).ToArray().Select(logit => (double)logit)], run.Logits(row));
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Samplers_ChooseAsOnTheProcessor(string device)
    {
        using var run = new Run(device, "llama", _pool);
        using var own = new Executor(run.Model, _pool, 16, BlockSize);
        foreach (var temperature in new[] { 0, 0.8 })
        {
            var chosen = new IExecutor[] { run.Executor, own }.Select(executor => executor.Step(
            [
                new StepEntry(Tokens[..9], 0, Blocks(0), true, new Sampler(temperature, 3)),
                new StepEntry(Tokens[..4], 0, Blocks(1), true, null),
            ]).ToArray()).ToArray();
            Assert.Equal(chosen[1], chosen[0]);
            Assert.Equal(-1, chosen[0][1]);
        }
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Observer_SeesTheGraphsOperatorsWithinTheStepsTime(string device)
    {
        using var run = new Run(device, "qwen3_moe", _pool);
        run.Step(Run.Prompt(Tokens, 0, 9, Blocks(0)));
        var observer = new Recorder();
        run.Executor.Observer = observer;
        var start = Executor.Now();
        run.Step(Run.Prompt(Tokens, 0, 9, Blocks(0)));
        var end = Executor.Now();
        Assert.Equal(
            run.Model.Graph.Sequence(0).Select(placed => (placed.Operation.Name, placed.Layer)),
            observer.Seen.Select(seen => (seen.Name, seen.Layer)));
        Assert.All(observer.Seen, seen => Assert.InRange(seen.Start, start, seen.End));
        Assert.All(
            observer.Seen.Zip(observer.Seen.Skip(1)),
            pair => Assert.Equal(pair.First.End, pair.Second.Start));
        // Events count in tenths of a microsecond.
        Assert.InRange(observer.Seen[^1].End, start + 1, end + 1000);
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

        public Run(
            string device, string name, CpuPool pool, string weights = "fp32", string kv = "fp32")
        {
            _weights = TinyModels.Weights(name);
            var (shape, numerics) = (TinyModels.Shape(name), TinyModels.Numerics(name));
            Reference = new ReferenceModel(shape, numerics, _weights);
            Model = EngineModel.Load(
                shape, numerics, EngineFormats.Named(weights, kv),
                new FileWeights(_weights, "memory"), pool);
            Executor = new GpuExecutor(Devices.Named(device), Model, 16, BlockSize);
        }

        public ReferenceModel Reference { get; }

        public EngineModel Model { get; }

        public GpuExecutor Executor { get; }

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
