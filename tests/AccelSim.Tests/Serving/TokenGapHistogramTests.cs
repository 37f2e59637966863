using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Tests.Serving;

public sealed class TokenGapHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public void HistogramPercentiles_AreWithinATenthOfAPercentOfTheSorted(int count)
    {
        var random = new Random(count);
        var histogram = new TokenGapHistogram();
        var gaps = Enumerable.Range(0, count)
            .Select(_ => (long)Math.Pow(10, 3 + 10 * random.NextDouble())).ToArray();
        foreach (var gap in gaps) histogram.Add(new SimTime(5), new SimTime(5 + gap), 1);
        Array.Sort(gaps);
        foreach (var share in new[] { 0.001, 0.25, 0.5, 0.9, 0.99, 1 })
        {
            var exact = gaps[Math.Max(1, (int)Math.Ceiling(share * count)) - 1] * 1e-12;
            Rig.Near(exact, histogram.Percentile(share).Value, 1e-3);
        }
        Rig.Near(gaps.Average() * 1e-12, histogram.Mean.Value);
        Assert.Equal(gaps[^1] * 1e-12, histogram.Max.Value, 1e-18);
        Assert.Equal(count, histogram.Count);
    }

    [Theory]
    [InlineData(4_000_001)]
    [InlineData(1_099_511_627_777)]
    public void Percentiles_NeverExceedTheLongestGap(long gap)
    {
        // Just past the lower edge of its bucket, so below the bucket's middle.
        var histogram = new TokenGapHistogram();
        histogram.Add(default, new SimTime(gap), 3);
        Assert.Equal(histogram.Max, histogram.Percentile(0.5));
        Assert.Equal(histogram.Max, histogram.Percentile(1));
    }
}
