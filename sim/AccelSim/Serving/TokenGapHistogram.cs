using System.Numerics;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>All gaps between tokens of a run (ITL), kept to a resolution of 0.1 %.</summary>
/// <remarks>
/// A run has millions of gaps. Buckets grow with the value (HdrHistogram's scheme, Tene 2012):
/// 1,024 to a doubling, so percentiles are within 0.05 %; count, mean and maximum are exact.
/// </remarks>
public sealed class TokenGapHistogram : ITokenGaps
{
    private const int Bits = 10;
    private const int PerDoubling = 1 << Bits;
    private long[] _buckets = new long[PerDoubling];
    private Int128 _sum;

    /// <summary>Gaps.</summary>
    public long Count { get; private set; }

    /// <summary>The longest gap.</summary>
    public Seconds Max { get; private set; }

    /// <summary>The mean gap; zero where there is none.</summary>
    public Seconds Mean => Count == 0 ? default : new((double)_sum / Count * 1e-12);

    /// <inheritdoc/>
    public void Add(SimTime from, SimTime to, int count)
    {
        if (count <= 0) return;
        var gap = to.Picoseconds - from.Picoseconds;
        var bucket = Bucket(gap);
        if (bucket >= _buckets.Length)
            Array.Resize(ref _buckets, (bucket / PerDoubling + 1) * PerDoubling);
        _buckets[bucket] += count;
        Count += count;
        _sum += (Int128)gap * count;
        if (gap * 1e-12 > Max.Value) Max = new Seconds(gap * 1e-12);
    }

    /// <summary>Adds another histogram's gaps.</summary>
    public void Add(TokenGapHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._buckets.Length > _buckets.Length)
            Array.Resize(ref _buckets, other._buckets.Length);
        for (var i = 0; i < other._buckets.Length; i++) _buckets[i] += other._buckets[i];
        Count += other.Count;
        _sum += other._sum;
        Max = Seconds.Max(Max, other.Max);
    }

    /// <summary>The smallest gap that at least a share of all gaps do not exceed.</summary>
    /// <param name="share">0 to 1, such as 0.99.</param>
    public Seconds Percentile(double share)
    {
        if (Count == 0) return default;
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            // The longest gap may lie below the middle of its bucket.
            if (seen >= rank) return new(Math.Min(Max.Value, Middle(i) * 1e-12));
        }
        return Max;
    }

    private static int Bucket(long value)
    {
        if (value < PerDoubling) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - Bits;
        return (shift + 1) * PerDoubling + (int)((value >> shift) - PerDoubling);
    }

    private static double Middle(int bucket)
    {
        var doubling = bucket / PerDoubling;
        if (doubling == 0) return bucket;
        var width = 1L << (doubling - 1);
        return (bucket % PerDoubling + PerDoubling) * (double)width + (width - 1) * 0.5;
    }
}
