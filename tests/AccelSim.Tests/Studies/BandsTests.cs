using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Studies;
using AccelSim.Tests.Costs;
using AccelSim.Workloads;

namespace AccelSim.Tests.Studies;

public sealed class BandsTests
{
    [Fact]
    public void Bands_HoldTheirMetrics()
    {
        var deployment = H100(FakeKernel.Fit(0.2));
        var point = new Estimate(deployment).Of(300, 20, 2);
        var bands = Bands.Of(deployment, point, 60, 42);
        Assert.Equal(point.Values().Keys.Order(), bands.ByMetric.Keys.Order());
        Assert.All(point.Values(), metric => Assert.InRange(
            metric.Value, bands.Of(metric.Key)!.Value.Low, bands.Of(metric.Key)!.Value.High));
        Assert.True(bands.Of("ttft_ms")!.Value.High > 1.05 * point.Ttft.Milliseconds);
    }

    [Fact]
    public void Bands_AreDecidedByTheSeed()
    {
        var deployment = H100(FakeKernel.Fit(0.2));
        var point = new Estimate(deployment).Of(300, 20, 2);
        var one = Bands.Of(deployment, point, 20, 42);
        Assert.Equal(one.ByMetric, Bands.Of(deployment, point, 20, 42).ByMetric);
        Assert.NotEqual(one.ByMetric, Bands.Of(deployment, point, 20, 43).ByMetric);
    }

    [Fact]
    public void Bands_AreWiderBeyondTheDomain_AndThePointTheSame()
    {
        var (inside, outside) = (H100(FakeKernel.Fit(0.1)), H100(FakeKernel.Fit(0.1, rows: 8)));
        var point = new Estimate(inside).Of(300, 20, 2);
        var beyond = new Estimate(outside).Of(300, 20, 2);
        Assert.Equal(point.Ttft, beyond.Ttft);
        var usual = Width(Bands.Of(inside, point, 60, 42));
        Assert.True(Width(Bands.Of(outside, beyond, 60, 42)) > 1.5 * usual);
    }

    [Fact]
    public void Domain_TellsSharesAndWhatLiesBeyond()
    {
        var inside = new Estimate(H100(FakeKernel.Fit(0.1))).Of(300, 20, 2).Domain;
        Assert.Equal(0, inside.Outside);
        Assert.Empty(inside.Beyond);
        Assert.True(inside.Inside > 0.9);
        var beyond = new Estimate(H100(FakeKernel.Fit(0.1, rows: 8))).Of(300, 20, 2).Domain;
        Assert.True(beyond.Outside > 0.1);
        Assert.Equal(
            1, beyond.Inside + beyond.Outside + beyond.Transferred + beyond.Sheet, 1e-9);
        var linear = beyond.Beyond.Single(one => one.Family == KernelFamily.LinearBf16);
        Assert.Equal(("m", 600.0, 8.0), (linear.Axis, linear.Size, linear.High));
    }

    [Theory]
    [InlineData(Provenance.Calibrated)]
    [InlineData(Provenance.Transferred)]
    [InlineData(Provenance.Assumed)]
    public void StepTime_RestsOnTheTagOfTheKernelsFigures(Provenance tag)
    {
        var runner = Runner();
        var result = runner.Run([H100(FakeKernel.Fit(0.1), tag)]);
        // What is left is the host's.
        Assert.True(result.ProvenanceShares[tag] > 0.9);
        Assert.Equal(1, result.ProvenanceShares.Values.Sum(), 1e-9);
        Assert.True(0.9 < tag switch
        {
            Provenance.Calibrated => result.Domain.Inside,
            Provenance.Transferred => result.Domain.Transferred,
            _ => result.Domain.Sheet,
        });
    }

    [Fact]
    public void SimulatedBands_HoldTheRun_AndRepeat()
    {
        var runner = Runner();
        var result = runner.Run([H100(FakeKernel.Fit(0.2))]);
        var bands = Bands.Of(runner, result, 12, 42);
        Assert.Equal(bands.ByMetric, Bands.Of(runner, result, 12, 42).ByMetric);
        foreach (var (metric, value) in MetricValues.Of(result))
            Assert.InRange(value, bands.Of(metric)!.Value.Low, bands.Of(metric)!.Value.High);
        Assert.True(bands.Of("ttft_ms.p99")!.Value.High > result.Metrics.Ttft!.P99.Milliseconds);
    }

    [Fact]
    public void Roofline_KnowsNoBands()
    {
        var builder = new DeploymentBuilder(
            ModelCatalog.Load("llama-3.1-8b"), "auto", "auto", "auto", 16)
        {
            Rung = CostRung.Named("roofline", ""),
        };
        Assert.False(Bands.AreKnown(builder.Build(
            Catalog.Open("h100-sxm"), new ReplicaSpec { Hardware = "h100-sxm" })));
        Assert.True(Bands.AreKnown(H100(FakeKernel.Fit(0.1))));
    }

    private static double Width(MetricBands bands) =>
        Math.Log(bands.Of("ttft_ms")!.Value.High / bands.Of("ttft_ms")!.Value.Low);

    private static Deployment H100(KernelFit fit, Provenance tag = Provenance.Calibrated) =>
        new DeploymentBuilder(ModelCatalog.Load("llama-3.1-8b"), "auto", "auto", "auto", 16)
        {
            Rung = FakeKernel.Rung(fit, tag),
        }.Build(Catalog.Open("h100-sxm"), new ReplicaSpec { Hardware = "h100-sxm" });

    private static ScenarioRunner Runner() => ScenarioRunner.Load(new Scenario
    {
        Model = "llama-3.1-8b",
        Replicas = [new ReplicaSpec { Hardware = "h100-sxm" }],
        Workload = new WorkloadSource
        {
            Generate = new WorkloadSpec
            {
                Requests = 12,
                Arrivals = new ArrivalSpec { Kind = ArrivalKind.AllAtOnce },
                Input = new LengthSpec { Kind = LengthKind.Fixed, Tokens = 100 },
                Output = new LengthSpec { Kind = LengthKind.Fixed, Tokens = 10 },
            },
        },
    });
}
