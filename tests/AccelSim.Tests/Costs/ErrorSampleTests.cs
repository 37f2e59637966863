using AccelSim.Costs;
using AccelSim.Hardware;

namespace AccelSim.Tests.Costs;

public sealed class ErrorSampleTests
{
    private const int Draws = 4000;

    [Fact]
    public void Samples_AreDecidedBySeedAndNumber()
    {
        Assert.Equal(Normal(1, 5, "a"), Normal(1, 5, "a"));
        Assert.NotEqual(Normal(1, 5, "a"), Normal(2, 5, "a"));
        Assert.NotEqual(Normal(1, 5, "a"), Normal(1, 6, "a"));
    }

    [Fact]
    public void Samples_DoNotDependOnTheOrderOfOperators()
    {
        var one = new ErrorSample(1, 0, Catalog.Uncertainty);
        var other = new ErrorSample(1, 0, Catalog.Uncertainty);
        var first = one.NormalOf(KernelFamily.LinearBf16, "a");
        other.NormalOf(KernelFamily.LinearBf16, "b");
        Assert.Equal(first, other.NormalOf(KernelFamily.LinearBf16, "a"));
    }

    [Fact]
    public void Operators_OfAFamily_ShareTheCommonPartOfTheVariance()
    {
        var common = Catalog.Uncertainty.Common.Value.Value;
        Assert.Equal(common, Correlation(KernelFamily.LinearBf16, KernelFamily.LinearBf16), 0.05);
        Assert.Equal(0, Correlation(KernelFamily.LinearBf16, KernelFamily.AllReduce), 0.05);
    }

    /// <summary>
    /// Two families with times a and b and small normal errors of σ: the sum has the standard
    /// deviation σ·√(c(a² + b²) + (1 − c)Σtᵢ²), where c is common and tᵢ are the operators.
    /// </summary>
    [Fact]
    public void SumOfTwoFamilies_HasTheSpreadOfTheClosedForm()
    {
        const double Sigma = 0.05;
        (KernelFamily Family, string Name, double Time)[] operators =
        [
            (KernelFamily.LinearBf16, "a", 2), (KernelFamily.LinearBf16, "b", 1),
            (KernelFamily.DecodeAttention, "c", 4),
        ];
        var common = Catalog.Uncertainty.Common.Value.Value;
        var variance = common * (3 * 3 + 4 * 4) + (1 - common) * (2 * 2 + 1 + 4 * 4);
        var sums = Samples()
            .Select(sample => operators.Sum(one =>
                one.Time * Math.Exp(Sigma * sample.NormalOf(one.Family, one.Name))))
            .ToArray();
        var spread = Math.Sqrt(sums.Average(sum => Math.Pow(sum - sums.Average(), 2)));
        Assert.Equal(Sigma * Math.Sqrt(variance), spread, 0.015);
    }

    private static double Normal(long seed, int number, string name) =>
        new ErrorSample(seed, number, Catalog.Uncertainty).NormalOf(KernelFamily.LinearBf16, name);

    private static double Correlation(KernelFamily first, KernelFamily second) => Samples()
        .Average(sample => sample.NormalOf(first, "a") * sample.NormalOf(second, "b"));

    private static IEnumerable<ErrorSample> Samples() => Enumerable.Range(0, Draws)
        .Select(number => new ErrorSample(11, number, Catalog.Uncertainty));
}
