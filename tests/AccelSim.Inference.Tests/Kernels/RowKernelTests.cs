using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>Norms, activations, positions and sampling against their formulas.</summary>
public sealed class RowKernelTests
{
    private static readonly float[] X = [.. Enumerable.Range(0, 37).Select(i => (i - 18) / 4f)];

    [Theory]
    [InlineData(ActivationKind.Relu, 2.0, 2.0)]
    [InlineData(ActivationKind.Relu, -2.0, 0.0)]
    [InlineData(ActivationKind.Silu, 2.0, 1.7615941559557649)]
    [InlineData(ActivationKind.Silu, -4.0, -0.07194483984836625)]
    [InlineData(ActivationKind.Gelu, 1.0, 0.8413447460685429)]
    [InlineData(ActivationKind.Gelu, -1.5, -0.10021080193010998)]
    [InlineData(ActivationKind.GeluTanh, 1.0, 0.8411919906082768)]
    [InlineData(ActivationKind.GeluTanh, -1.5, -0.10042842)]
    public void Activations_HaveTheirPublishedValues(ActivationKind kind, float x, double y)
    {
        var result = new float[19];
        RowKernels.Activate(kind, Enumerable.Repeat(x, 19).ToArray(), result);
        Assert.All(result, value => Assert.Equal(y, value, 1e-6));
    }

    [Fact]
    public void Gate_MultipliesTheActivatedFirstHalfWithTheSecond()
    {
        var result = new float[2];
        RowKernels.Gate(ActivationKind.Relu, [3, -1, 5, 7], result);
        Assert.Equal([15, 0], result);
    }

    [Fact]
    public void LayerNorm_HasMeanZeroAndVarianceOne()
    {
        var y = new float[X.Length];
        RowKernels.LayerNorm(
            X, Enumerable.Repeat(1f, 37).ToArray(), new float[37], 0, y);
        Assert.Equal(0, y.Average(), 1e-6);
        Assert.Equal(1, y.Average(value => value * value), 1e-5);
    }

    [Fact]
    public void RmsNorm_HasMeanSquareOne()
    {
        var y = new float[X.Length];
        RowKernels.RmsNorm(X, Enumerable.Repeat(1f, 37).ToArray(), 0, y);
        Assert.Equal(1, y.Average(value => value * value), 1e-5);
    }

    [Fact]
    public void Rotation_KeepsLengthsAndTurnsByTheAngle()
    {
        float[] head = [1, 0, 0, 2];
        RowKernels.Rotate(
            head, [MathF.Cos(0.3f), MathF.Cos(1)], [MathF.Sin(0.3f), MathF.Sin(1)]);
        Assert.Equal(MathF.Cos(0.3f), head[0], 1e-6);
        Assert.Equal(MathF.Sin(0.3f), head[2], 1e-6);
        Assert.Equal(-2 * MathF.Sin(1), head[1], 1e-6);
        Assert.Equal(2 * MathF.Cos(1), head[3], 1e-6);
    }

    [Fact]
    public void TopK_OfEqualsTakesTheFirst()
    {
        var places = new int[3];
        RowKernels.TopK([1, 5, 2, 5, 0], places);
        Assert.Equal([1, 3, 2], places);
    }

    [Fact]
    public void Sampler_GreedyTakesTheLikeliest() =>
        Assert.Equal(2, new Sampler(0, 1).Choose([0.5f, -1, 3, 2.9f]));

    /// <summary>Four standard deviations of 20,000 draws; the other temperature misses.</summary>
    [Theory]
    [InlineData(1.0, true)]
    [InlineData(1.3, false)]
    public void Sampler_DrawsByTheSoftmax(double temperature, bool fits)
    {
        float[] logits = [0, 1, 2];
        var sampler = new Sampler(temperature, 9);
        var counts = new int[3];
        for (var i = 0; i < 20_000; i++) counts[sampler.Choose([.. logits])]++;
        var sum = logits.Sum(logit => Math.Exp(logit));
        var near = Enumerable.Range(0, 3).All(i =>
        {
            var p = Math.Exp(logits[i]) / sum;
            return Math.Abs(counts[i] - 20_000 * p) < 4 * Math.Sqrt(20_000 * p * (1 - p));
        });
        Assert.Equal(fits, near);
    }

    [Fact]
    public void Sampler_RepeatsItselfUnderASeed()
    {
        var (one, other) = (new Sampler(1, 4), new Sampler(1, 4));
        for (var i = 0; i < 50; i++)
            Assert.Equal(one.Choose([1, 2, 3]), other.Choose([1, 2, 3]));
    }
}
