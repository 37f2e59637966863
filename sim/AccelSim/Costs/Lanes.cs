using System.Numerics;

namespace AccelSim.Costs;

/// <summary>Sums of short vectors, several numbers at a time.</summary>
/// <remarks>
/// Step loops add them millions of times. A number is added as it would be alone, so that the bits
/// are the same whatever the machine's lanes.
/// </remarks>
internal static class Lanes
{
    /// <summary>Adds <paramref name="factor"/> times a vector to another as long.</summary>
    public static void Add(Span<double> to, ReadOnlySpan<double> other, double factor)
    {
        var i = 0;
        for (; i <= to.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var part = new Vector<double>(other[i..]) * factor;
            (new Vector<double>(to[i..]) + part).CopyTo(to[i..]);
        }
        for (; i < to.Length; i++) to[i] += factor * other[i];
    }
}
