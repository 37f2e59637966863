using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Tests.Execution;

namespace AccelSim.Inference.Tests.Speculation;

/// <summary>Each branch of a tree is computed as if it were alone.</summary>
public sealed class TreeTests : IDisposable
{
    private static readonly int[] Start = [.. Enumerable.Range(3, 70)];
    private static readonly int[] Blocks = [7, 1, 4, 0, 6];

    /// <summary>5 → (8 → 9, 2 → (4, 1)).</summary>
    private static readonly int[] Nodes = [5, 8, 2, 9, 4, 1];
    private static readonly int[] Parents = [-1, 0, 0, 1, 2, 2];

    private readonly CpuPool _pool = new(2);

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("mixtral")]
    public void Branches_DoNotSeeEachOther(string name)
    {
        using var model = Load(name);
        using var executor = new Executor(model, _pool, 8, 16);
        executor.Step([new StepEntry(Start, 0, Blocks, true, null)]);
        executor.Step([Tree]);
        var tree = Enumerable.Range(0, Nodes.Length)
            .Select(i => executor.Logits(i).ToArray()).ToArray();
        for (var node = 0; node < Nodes.Length; node++)
        {
            int[] branch = [.. Start, .. Path(node).Select(i => Nodes[i])];
            executor.Step([new StepEntry(branch, 0, Blocks, true, null) { LogitRows = 1 }]);
            Near(executor.Logits(0), tree[node]);
        }
    }

    [Theory]
    [InlineData("fp32", 70)]
    [InlineData("int2", 70)]
    [InlineData("int2-sinks", 70)]
    // So short that tokens of the branch are among the first, which stay exact.
    [InlineData("int2-sinks", 1)]
    public void BranchThatIsMoved_IsTheSequence(string kv, int start)
    {
        using var model = Load("llama", kv);
        using var executor = new Executor(model, _pool, 8, 16);
        var begin = Start[..start];
        executor.Step([new StepEntry(begin, 0, Blocks, true, null)]);
        executor.Step([Tree with { Position = start }]);
        int[] path = [.. Path(5)];
        for (var i = 0; i < path.Length; i++)
            executor.Move(Blocks, start + path[i], start + i);
        var after = start + path.Length;
        executor.Step([new StepEntry([6], after, Blocks, false, null) { LogitRows = 1 }]);
        var moved = executor.Logits(0).ToArray();
        int[] whole = [.. begin, .. path.Select(i => Nodes[i]), 6];
        executor.Step([new StepEntry(whole, 0, Blocks, true, null) { LogitRows = 1 }]);
        Near(executor.Logits(0), moved);
    }

    [Fact]
    public void WindowedModels_HaveNoTrees()
    {
        using var model = Load("mistral");
        using var executor = new Executor(model, _pool, 8, 16);
        Assert.Throws<ArgumentException>(() => executor.Step([Tree]));
    }

    public void Dispose() => _pool.Dispose();

    private static StepEntry Tree => new(Nodes, Start.Length, Blocks, false, null)
    {
        LogitRows = Nodes.Length,
        Parents = Parents,
    };

    private static IEnumerable<int> Path(int node) =>
        node < 0 ? [] : [.. Path(Parents[node]), node];

    private static void Near(ReadOnlySpan<float> expected, float[] actual)
    {
        var values = expected.ToArray();
        var bound = 1e-4f * values.Max(Math.Abs);
        Assert.All(
            values.Zip(actual),
            pair => Assert.InRange(pair.Second, pair.First - bound, pair.First + bound));
    }

    private EngineModel Load(string name, string kv = "fp32") => EngineModel.Load(
        TinyModels.Shape(name), TinyModels.Numerics(name), EngineFormats.Named("fp32", kv),
        new RandomWeights(5), _pool);
}
