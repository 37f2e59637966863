using AccelSim.Traces;

namespace AccelSim.Tests.Traces;

/// <summary>How far repeated captures hide an error.</summary>
public sealed class TraceNoiseTests
{
    [Fact]
    public void ErrorsUnderTheSpreadOfCaptures_AreHidden()
    {
        var first = Captured(1.1);
        var noise = new TraceNoise([first, Captured(1), Captured(1.2)]);
        // The times differ by 0.2 around 1.1; the first is 0.1 from what is predicted.
        Assert.Equal(0.2 / 1.1, noise.Floor!.Value, 0.01);
        Assert.All(first.ByShape, one => Assert.True(noise.Hides(one), one.Name));
    }

    [Fact]
    public void ErrorsAboveIt_AreNot()
    {
        var first = Captured(1.1);
        var noise = new TraceNoise([first, Captured(1.1), Captured(1.11)]);
        Assert.All(first.ByShape, one => Assert.False(noise.Hides(one), one.Name));
    }

    [Fact]
    public void ShapesThatNotAllCapturesHave_HaveNoNoise()
    {
        var first = Captured(1, 3);
        var noise = new TraceNoise([first, Captured(1, 3), Captured(1, 1)]);
        Assert.All(first.ByShape, one => Assert.Equal(
            one.Phase == "prefill", noise.Of(one) is not null));
    }

    [Fact]
    public void TwoCaptures_AreTooFew() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new TraceNoise([Captured(1), Captured(1)]));

    /// <summary>A run that took so many times what the cost model says.</summary>
    private static TraceComparison Captured(double factor, int steps = 3)
    {
        var deployment = MadeTrace.On("h100-sxm");
        var header = MadeTrace.Header(deployment);
        var compared = new TraceComparison(header, new TraceReplay(header, "made", deployment));
        foreach (var step in MadeTrace.Steps(deployment, steps, factor)) compared.Add(step);
        return compared;
    }
}
