using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

public class SimRandomTests
{
    private const int Draws = 200_000;

    [Fact]
    public void Streams_OfOneSeed_Differ()
    {
        Assert.NotEqual(
            new SimRandom(1, "arrivals").NextUInt64(), new SimRandom(1, "lengths").NextUInt64());
    }

    [Fact]
    public void SameSeedAndName_GiveTheSameNumbers()
    {
        var (first, second) = (new SimRandom(7, "a"), new SimRandom(7, "a"));
        for (var i = 0; i < 1000; i++)
            Assert.Equal(first.NextUInt64(), second.NextUInt64());
    }

    [Fact]
    public void Exponential_HasItsMeanAndVariance() =>
        AssertMoments(r => r.NextExponential(2), mean: 2, variance: 4);

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(4.5)]
    public void Gamma_HasItsMeanAndVariance(double shape) =>
        AssertMoments(r => r.NextGamma(shape, 2), mean: 2 * shape, variance: 4 * shape);

    [Fact]
    public void Normal_HasItsMeanAndVariance() => AssertMoments(r => r.NextNormal(), 0, 1);

    [Fact]
    public void LogNormal_HasItsMeanAndVariance() => AssertMoments(
        r => r.NextLogNormal(1, 0.5),
        Math.Exp(1.125),
        (Math.Exp(0.25) - 1) * Math.Exp(2.25));

    [Fact]
    public void Integers_AreUniformWithBothEnds()
    {
        var random = new SimRandom(3, "x");
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++)
            counts[random.NextInt(-2, 3) + 2]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.8)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    public void Zipf_HasItsProbabilities(double exponent)
    {
        var random = new SimRandom(5, "zipf");
        var counts = new int[11];
        for (var i = 0; i < Draws; i++)
            counts[random.NextZipf(exponent, 10)]++;
        var weights = Enumerable.Range(1, 10).Select(k => Math.Pow(k, -exponent)).ToArray();
        for (var k = 1; k <= 10; k++)
        {
            var expected = weights[k - 1] / weights.Sum();
            Assert.Equal(expected, counts[k] / (double)Draws, 0.005);
        }
    }

    [Fact]
    public void Empirical_IsLinearBetweenItsQuantiles()
    {
        var random = new SimRandom(5, "table");
        double[] table = [0, 10, 100];
        var below = Enumerable.Range(0, Draws).Count(_ => random.NextEmpirical(table) < 5);
        Assert.Equal(0.25, below / (double)Draws, 0.005);
    }

    private static void AssertMoments(Func<SimRandom, double> draw, double mean, double variance)
    {
        var random = new SimRandom(11, "moments");
        var values = Enumerable.Range(0, Draws).Select(_ => draw(random)).ToArray();
        var average = values.Average();
        var spread = values.Sum(v => (v - average) * (v - average)) / (Draws - 1);
        Assert.Equal(mean, average, 5 * Math.Sqrt(variance / Draws));
        Assert.Equal(variance, spread, variance * 0.05);
    }
}
