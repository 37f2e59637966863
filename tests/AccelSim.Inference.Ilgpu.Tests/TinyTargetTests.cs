using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Serving;
using AccelSim.Serving;
using AccelSim.Tests;

namespace AccelSim.Inference.Ilgpu.Tests;

/// <summary>The trained model in the repository says the same on every device.</summary>
public sealed class TinyTargetTests : IDisposable
{
    private const int Blocks = 32;
    private readonly CpuPool _pool = new(2);

    public static TheoryData<string, int> Lengths
    {
        get
        {
            var cases = new TheoryData<string, int>();
            // The emulator takes seconds for each token.
            foreach (var name in Devices.Whole)
                cases.Add(name, name == Devices.Emulator ? 2 : 120);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void GreedyTokens_AreTheProcessors(string device, int count)
    {
        var folder = Path.Combine(RepositoryRoot.Path, "models", "tiny", "target");
        using var opened = OpenedModel.Open(
            folder, source => EngineFormats.OfFile(source, null), _pool);
        var prompt = opened.Tokenizer!.Encode("It was");
        using var here = new Executor(opened.Model, _pool, Blocks, 16);
        using var there = new GpuExecutor(Devices.Named(device), opened.Model, Blocks, 16);
        Assert.Equal(Answer(here, prompt, count), Answer(there, prompt, count));
    }

    public void Dispose() => _pool.Dispose();

    private static List<int> Answer(IExecutor executor, int[] prompt, int count)
    {
        List<int> tokens = [];
        var settings = new EngineSettings { BlockSize = 16 };
        new ServingEngine(executor, settings, Blocks, executor.Model.Shape.Window)
            .Run([new ServedRequest(prompt, count) { OnToken = tokens.Add }]);
        Assert.Equal(count, tokens.Count);
        return tokens;
    }
}
