using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Workloads;

namespace AccelSim.Tests.Costs;

public sealed class ErrorDistributionTests
{
    private static readonly ErrorDistribution Skewed = new(
        [-0.4, -0.2, -0.12, -0.05, 0.01, 0.08, 0.3, 0.5, 1.1]);

    [Theory]
    [InlineData(-2.3263, -0.4)]
    [InlineData(-1.6449, -0.2)]
    [InlineData(0, 0.01)]
    [InlineData(1.2816, 0.3)]
    [InlineData(2.3263, 1.1)]
    public void NormalValues_FindTheQuantilesOfTheirShare(double normal, double error) =>
        Assert.Equal(error, Skewed.At(normal), 1e-4);

    [Fact]
    public void Errors_RiseWithTheNormalValue()
    {
        var before = double.NegativeInfinity;
        for (var normal = -6.0; normal <= 6; normal += 0.01)
        {
            var error = Skewed.At(normal);
            Assert.True(error >= before, $"{error} after {before} at {normal}");
            before = error;
        }
    }

    [Fact]
    public void NormalErrors_AreKept()
    {
        const double Sigma = 0.17;
        double[] normals =
            [-2.326348, -1.644854, -1.281552, -0.67449, 0, 0.67449, 1.281552, 1.644854, 2.326348];
        var normal = new ErrorDistribution([.. normals.Select(z => Sigma * z)]);
        for (var z = -4.0; z <= 4; z += 0.1) Assert.Equal(Sigma * z, normal.At(z), 1e-6);
    }

    [Fact]
    public void Draws_HaveTheQuantilesThatTheyWereMadeFrom()
    {
        var random = new SimRandom(7, "test");
        var draws = Enumerable.Range(0, 40_000)
            .Select(_ => Skewed.At(random.NextNormal())).Order().ToArray();
        foreach (var (share, quantile) in new[] { (0.05, -0.2), (0.5, 0.01), (0.95, 0.5) })
            Assert.Equal(quantile, draws[(int)(share * draws.Length)], 0.02);
    }

    [Fact]
    public void Widening_ScalesTheSpreadAroundTheMedian()
    {
        Assert.Equal(0.01, Skewed.At(0, 3), 1e-9);
        Assert.Equal(0.01 + 3 * 0.29, Skewed.At(1.281552, 3), 1e-4);
        Assert.True(Skewed.HighFactor(2) > Skewed.HighFactor(1));
        Assert.True(Skewed.LowFactor(2) < Skewed.LowFactor(1));
    }

    [Fact]
    public void Bands_HoldTheirPrediction_EvenIfItIsAlwaysTooShort()
    {
        var shifted = new ErrorDistribution([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
        Assert.Equal(1, shifted.LowFactor(1));
        Assert.Equal(Math.Exp(0.8), shifted.HighFactor(1), 1e-9);
    }

    [Fact]
    public void ShippedUncertainty_HasASpreadForEveryFamily() => Assert.All(
        Enum.GetValues<KernelFamily>(),
        family => Assert.Equal(
            ResidualClass.Shares.Count,
            Catalog.Uncertainty.RooflineOf(family).Quantiles.Count));

    [Theory]
    [InlineData("[0, 1]", "has 2 quantiles; 9 are expected")]
    [InlineData("[0, 1, 2, 3, 4, 5, 4, 7, 8]", "falls from 5 to 4; quantiles rise")]
    public void BrokenQuantiles_AreToldWithTheirPlace(string quantiles, string problem)
    {
        var path = Path.Combine(RepositoryRoot.Path, "hwconfigs", "uncertainty.json");
        var text = File.ReadAllText(path);
        var at = text.IndexOf("\"host\", \"quantiles\": ", StringComparison.Ordinal)
            + "\"host\", \"quantiles\": ".Length;
        var end = text.IndexOf(']', at) + 1;
        var error = Assert.Throws<AccelSim.Configuration.ConfigException>(
            () => Uncertainty.Read(text[..at] + quantiles + text[end..], "u.json"));
        Assert.Equal(("u.json", "$.host.quantiles"), (error.File, error.Path));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }
}
