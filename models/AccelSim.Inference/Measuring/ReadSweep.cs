using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Measuring;

/// <summary>How fast the threads read sets of memory of several sizes.</summary>
public static class ReadSweep
{
    private const long Kibi = 1024;

    /// <summary>Sizes per thread where nobody says how large caches are.</summary>
    private static readonly long[] Usual = [256 * Kibi, 4096 * Kibi];

    /// <summary>Measures half of each cache, then memory.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="caches">The caches.</param>
    public static IReadOnlyList<ReadPoint> Measure(CpuPool pool, IReadOnlyList<CacheFacts> caches)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(caches);
        // Half: code and tables live there too.
        long[] sizes = caches.Count == 0
            ? [.. Usual.Select(each => each * pool.Workers)]
            : [.. caches.Select(one => one.Total(pool.Workers) / 2)];
        return
        [
            .. sizes.Append(MachineLimits.ReadBytes).Distinct()
                .Select(bytes => new ReadPoint(bytes, MachineLimits.Read(pool, bytes))),
        ];
    }

    /// <summary>Bytes of a level over so many threads, one to a hardware thread.</summary>
    public static long Total(this CacheFacts cache, int threads)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return threads <= cache.Processors
            ? cache.Bytes * (cache.Level == 2 ? threads : cache.Processors) / cache.Processors
            : cache.Bytes * threads / cache.Processors;
    }
}

/// <summary>What was read how fast.</summary>
/// <param name="Bytes">All threads together.</param>
/// <param name="BytesPerSecond">All threads together.</param>
public sealed record ReadPoint(long Bytes, double BytesPerSecond);
