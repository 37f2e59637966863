using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Tests.Execution;
using static AccelSim.Inference.Tests.Execution.TinyRun;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>
/// Whole forward passes on every device against fp64, and against the processor's.
/// </summary>
public sealed class ModelTests : IDisposable
{
    private static readonly int[] Tokens = RandomTokens(29, 1);

    private readonly CpuPool _pool = new(2);

    public static TheoryData<string, string> AllModels
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var device in Devices.Whole)
            {
                // The emulator takes a minute or more for each; these have every operator.
                string[] few = ["llama", "qwen3_moe", "qwen2_moe", "gpt2"];
                foreach (var model in device == Devices.Emulator ? few : TinyModels.Configs.Keys)
                    cases.Add(device, model);
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
        using var run = On(device, name);
        var other = RandomTokens(18, 2);
        var (expected, next) = (run.Reference.Forward(Tokens), run.Reference.Forward(other));
        run.Step(Prompt(Tokens, 0, 7, Blocks(0)));
        Near(expected[6], run.Logits(0));
        run.Step(
            Prompt(Tokens, 7, 13, Blocks(0)), Prompt(other, 0, 5, Blocks(1)));
        Near(expected[19], run.Logits(0));
        Near(next[4], run.Logits(1));
        run.Step(
            Decode(Tokens, 20, Blocks(0)), Prompt(other, 5, 13, Blocks(1)));
        Near(expected[20], run.Logits(0));
        Near(next[17], run.Logits(1));
        run.Step(Decode(Tokens, 21, Blocks(0)));
        Near(expected[21], run.Logits(0));
    }

    [Fact]
    public void CachesOfTwoBits_AreRefused()
    {
        using var loaded = On(Devices.Emulator, "llama");
        using var coarse = EngineModel.Load(
            loaded.Model.Shape, loaded.Model.Numerics,
            EngineFormats.Named("fp32", "int2-sinks"), new RandomWeights(1), _pool);
        var problem = Assert.Throws<Configuration.ConfigException>(
            () => new GpuExecutor(Devices.Named(Devices.Emulator), coarse, 16, BlockSize));
        Assert.StartsWith(
            "--kv-cache-dtype: int2-sinks runs on the processor alone; ", problem.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsThatNoKernelKnows_AreRefused()
    {
        var problem = Assert.Throws<Configuration.ConfigException>(
            () => On(Devices.Emulator, "llama", "int3-g32"));
        Assert.Equal(
            "--dtype: int3-g32 runs on the processor alone; GPUs take fp32, bf16, fp16, fp8, int8, "
            + "w8a8 or int4.",
            problem.Message);
    }

    /// <summary>Every format of weights with every format of the cache.</summary>
    [Theory]
    [MemberData(nameof(Fast))]
    public void Formats_AgreeWithTheProcessor(string device)
    {
        foreach (var weights in EngineFormats.WeightFormatNames.Where(name =>
            KernelChoice.Knows(EngineFormats.Named(name, "fp16").Linear.Kind)))
        {
            foreach (var kv in new[] { "fp32", "bf16", "fp16", "int8", "int4" })
            {
                using var run = On(device, "qwen3", weights, kv);
                using var own = Processor(run.Model, _pool);
                StepEntry[][] steps =
                [
                    [Prompt(Tokens, 0, 20, Blocks(0))],
                    [Decode(Tokens, 20, Blocks(0)), Prompt(Tokens, 0, 3, Blocks(1))],
                ];
                foreach (var step in steps)
                {
                    run.Step(step);
                    own.Step(step);
                }
                double[] expected = [.. own.Logits(0).ToArray().Select(logit => (double)logit)];
                Near(expected, run.Logits(0), FormatBound(device, weights, kv));
            }
        }
    }

    /// <summary>
    /// A number near the middle between two of a format's goes either way. Matrix units want
    /// inputs of several rows, queries and weights of keys in 16 bits, which the processor's stay
    /// out of: more numbers land near a middle.
    /// </summary>
    private static double FormatBound(string device, string weights, string kv)
    {
        var rounds = (weights, kv) != ("fp32", "fp32")
            && Devices.Named(device).Units != MatrixUnits.None;
        return kv switch
        {
            "int4" => rounds ? 0.15 : 0.05,
            _ when rounds => 0.04,
            "fp32" => Bound,
            _ => 0.005,
        };
    }

    public static TheoryData<string> Units =>
        [.. Devices.Names.Where(name => Devices.Named(name).Units != MatrixUnits.None)];

    /// <summary>Prompts and batches in 16 bits, one row in 32.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void MatrixUnits_RunWholeModels(string device)
    {
        using var run = On(device, "llama", "bf16", "bf16");
        var expected = run.Reference.Forward(Tokens);
        run.Step(Prompt(Tokens, 0, 5, Blocks(0)));
        Near(expected[4], run.Logits(0), 0.05);
        run.Step(Decode(Tokens, 5, Blocks(0)));
        Near(expected[5], run.Logits(0), 0.05);
    }

    [Theory]
    [MemberData(nameof(Fast))]
    public void Trees_AreSeenBranchByBranch(string device)
    {
        using var run = On(device, "llama");
        using var own = Processor(run.Model, _pool);
        var prompt = Prompt(Tokens, 0, 9, Blocks(0));
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
        using var run = On(device, "llama");
        using var own = Processor(run.Model, _pool);
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
        using var run = On(device, "qwen3_moe");
        run.Step(Prompt(Tokens, 0, 9, Blocks(0)));
        var observer = new OperatorRecorder();
        run.Executor.Observer = observer;
        var start = Executor.Now();
        run.Step(Prompt(Tokens, 0, 9, Blocks(0)));
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

    private TinyRun On(
        string device, string name, string weights = "fp32", string kv = "fp32") => new(
        name, _pool,
        model => new GpuExecutor(Devices.Named(device), model, CacheBlocks, BlockSize), weights,
        kv);
}
