using System.Diagnostics;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;

namespace AccelSim.Inference.Measuring;

/// <summary>Steps of many sizes, so that every kind of operator is seen small and large.</summary>
/// <remarks>
/// Prompt chunks after more and less of a cached context, then batches of decoding sequences at
/// many contexts. What the cache holds does not matter to times: it stays as memory came, zeros.
/// </remarks>
public sealed class StepSweep
{
    /// <summary>The shortest context of a model that can be swept.</summary>
    public const int LeastContext = 64;

    /// <summary>Tokens of a KV block.</summary>
    public const int BlockSize = 16;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    private readonly SweepSizes _sizes;
    private readonly int _context;
    private readonly int _vocabulary;
    private readonly Sampler _sampler = new(0, 0);

    /// <summary>A sweep of a model.</summary>
    /// <param name="model">What runs.</param>
    /// <param name="sizes">Of the steps.</param>
    public StepSweep(EngineModel model, SweepSizes sizes)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sizes);
        _sizes = sizes;
        _context = Math.Min(sizes.Contexts[^1], model.Shape.MaxContext ?? int.MaxValue);
        _vocabulary = model.Shape.Vocabulary;
    }

    /// <summary>Runs all steps a few times.</summary>
    /// <param name="executor">Runs the model; not disposed of.</param>
    /// <param name="capture">Records; not disposed of.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="stopped">Whether somebody asked to stop.</param>
    public void Run(
        IExecutor executor, TraceCapture capture, int rounds, Func<bool> stopped)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentNullException.ThrowIfNull(stopped);
        var steps = Steps().ToArray();
        // The runtime compiles what is called often a second time, some moments after.
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < WarmUpTime && !stopped())
        {
            executor.Step(Decode(3, 16));
            executor.Step([Chunk(0, 3)]);
            executor.Step([Chunk(16, 32)]);
        }
        foreach (var step in _sizes.IsSeenBefore ? steps : [])
        {
            if (stopped()) return;
            executor.Step(step);
        }
        executor.Observer = capture;
        var request = 0;
        // Rounds over all, not each step often: a bad moment of the machine spoils one round.
        for (var round = 0; round < rounds; round++)
        {
            foreach (var step in steps)
            {
                if (stopped()) return;
                int[] requests = [.. step.Select(_ => request++)];
                var start = Executor.Now();
                executor.Step(step);
                capture.Stepped(
                    start, Executor.Now(), requests, step,
                    [.. step.Select(entry => entry.Sampler is null ? 0 : 1)]);
            }
        }
    }

    /// <summary>Steps of one round.</summary>
    public IEnumerable<IReadOnlyList<StepEntry>> Steps()
    {
        foreach (var (share, longest, more) in _sizes.Cached)
        {
            var cached = (int)(share * _context);
            foreach (var size in _sizes.Chunks)
            {
                var chunk = size + size * more / 16 + more;
                if (chunk <= longest && cached + chunk <= _context)
                    yield return [Chunk(cached, chunk)];
            }
        }
        foreach (var batch in _sizes.Batches)
        {
            foreach (var context in _sizes.Contexts)
            {
                if (context <= _context && batch * context <= _sizes.CacheTokens)
                    yield return Decode(batch, context);
            }
        }
        foreach (var batch in _sizes.ShortBatches) yield return Decode(batch, _sizes.Contexts[0]);
    }

    private StepEntry Chunk(int cached, int tokens) => new(
        Tokens(cached, tokens), cached, BlocksOf(0, cached + tokens), true, _sampler);

    private StepEntry[] Decode(int batch, int context) =>
    [
        .. Enumerable.Range(0, batch).Select(i => new StepEntry(
            Tokens(i, 1), context - 1, BlocksOf(i, context), false, _sampler)),
    ];

    private int[] Tokens(int from, int count) =>
        [.. Enumerable.Range(from, count).Select(i => i % _vocabulary)];

    /// <summary>The blocks of a sequence among others as long.</summary>
    private static int[] BlocksOf(int index, int tokens)
    {
        var count = (tokens + BlockSize - 1) / BlockSize;
        return [.. Enumerable.Range(index * count, count)];
    }
}
