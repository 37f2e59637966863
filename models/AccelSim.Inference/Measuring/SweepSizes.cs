namespace AccelSim.Inference.Measuring;

/// <summary>Sizes of the steps that a device is swept with.</summary>
public sealed record SweepSizes
{
    /// <summary>What a processor does in a few minutes.</summary>
    public static SweepSizes Processor { get; } = new()
    {
        Chunks = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512],
        Cached = [(0, 512, 0), (0.125, 256, 1), (0.5, 128, 2), (0.75, 96, 3)],
        Batches = [1, 2, 3, 4, 6, 8, 12, 16],
        Contexts = [16, 32, 64, 128, 256, 512, 768, 1024, 1536, 2048],
        ShortBatches = [.. Enumerable.Range(17, 48)],
        CacheTokens = 8192,
    };

    /// <summary>What fills a GPU.</summary>
    public static SweepSizes Gpu { get; } = new()
    {
        Chunks =
        [
            1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536,
            2048, 3072, 4096, 6144, 8192,
        ],
        Cached = [(0, 8192, 0), (0.125, 2048, 1), (0.5, 1024, 2), (0.75, 512, 3)],
        Batches = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64],
        Contexts = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384],
        ShortBatches = [80, 96, 112, 128, 160, 192, 224, 256],
        CacheTokens = 32768,
        IsSeenBefore = true,
    };

    /// <summary>Tokens of prompt chunks, smallest first.</summary>
    public required IReadOnlyList<int> Chunks { get; init; }

    /// <summary>
    /// Contexts before a chunk, as shares of the longest, with the longest chunk there. Other sizes
    /// at each, by so many sixteenths: row by row only the size counts.
    /// </summary>
    public required IReadOnlyList<(double Share, int Longest, int More)> Cached { get; init; }

    /// <summary>Decoding sequences, fewest first, at each context that fits.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>Tokens of each decoding sequence, fewest first.</summary>
    public required IReadOnlyList<int> Contexts { get; init; }

    /// <summary>
    /// Further batches, at the shortest context alone: what runs row by row takes no notice.
    /// </summary>
    public required IReadOnlyList<int> ShortBatches { get; init; }

    /// <summary>Tokens that fit the cache.</summary>
    public required int CacheTokens { get; init; }

    /// <summary>
    /// Whether all steps are run once unseen: libraries choose kernels when they meet a size first.
    /// </summary>
    public bool IsSeenBefore { get; init; }

    /// <summary>Sequences of the largest batch.</summary>
    public int MostSequences => Math.Max(Batches[^1], ShortBatches[^1]);

    /// <summary>Tokens of the largest step.</summary>
    public int MostTokens => Chunks[^1];

    /// <summary>KV blocks of a sweep.</summary>
    public int Blocks => CacheTokens / StepSweep.BlockSize;
}
