using System.Diagnostics;
using AccelSim.Inference.Capture;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

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

    /// <summary>Tokens that fit the cache of a sweep.</summary>
    public const int CacheTokens = 8192;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);

    private static readonly int[] Chunks =
        [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

    /// <summary>
    /// Contexts before a chunk, as shares of the longest, with the longest chunk there. Other sizes
    /// at each: row by row only the size counts.
    /// </summary>
    private static readonly (double Cached, int Longest, int More)[] Cached =
        [(0, 512, 0), (0.125, 256, 1), (0.5, 128, 2), (0.75, 96, 3)];

    private static readonly int[] Batches = [1, 2, 3, 4, 6, 8, 12, 16];

    /// <summary>Large batches have short contexts; what runs row by row takes no notice.</summary>
    private const int LargestBatch = 64;

    private static readonly int[] Contexts =
        [16, 32, 64, 128, 256, 512, 768, 1024, 1536, 2048];

    private readonly int _context;
    private readonly int _vocabulary;
    private readonly Sampler _sampler = new(0, 0);

    /// <summary>A sweep of a model.</summary>
    /// <param name="model">What runs.</param>
    public StepSweep(EngineModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _context = Math.Min(Contexts[^1], model.Shape.MaxContext ?? int.MaxValue);
        _vocabulary = model.Shape.Vocabulary;
    }

    /// <summary>Sequences of the largest batch.</summary>
    public static int MostSequences => LargestBatch;

    /// <summary>Tokens of the largest step.</summary>
    public static int MostTokens => Chunks[^1];

    /// <summary>KV blocks of a sweep.</summary>
    public static int Blocks => CacheTokens / BlockSize;

    /// <summary>Runs all steps a few times.</summary>
    /// <param name="model">What runs.</param>
    /// <param name="pool">Threads.</param>
    /// <param name="capture">Records; not disposed of.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="stopped">Whether somebody asked to stop.</param>
    public void Run(
        EngineModel model, CpuPool pool, TraceCapture capture, int rounds, Func<bool> stopped)
    {
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentNullException.ThrowIfNull(stopped);
        using var executor = new Executor(model, pool, Blocks, BlockSize);
        var steps = Steps().ToArray();
        // The runtime compiles what is called often a second time, some moments after.
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < WarmUpTime && !stopped())
        {
            executor.Step(Decode(3, 16));
            executor.Step([Chunk(0, 3)]);
            executor.Step([Chunk(16, 32)]);
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
        foreach (var (share, longest, more) in Cached)
        {
            var cached = (int)(share * _context);
            foreach (var size in Chunks)
            {
                var chunk = size + size * more / 16 + more;
                if (chunk <= longest && cached + chunk <= _context)
                    yield return [Chunk(cached, chunk)];
            }
        }
        foreach (var batch in Batches)
        {
            foreach (var context in Contexts)
            {
                if (context <= _context && batch * context <= CacheTokens)
                    yield return Decode(batch, context);
            }
        }
        for (var batch = Batches[^1] + 1; batch <= LargestBatch; batch++)
            yield return Decode(batch, Contexts[0]);
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
