using AccelSim.Configuration;
using AccelSim.Traces;

namespace AccelSim.Tests.Traces;

public sealed class TraceReplayTests
{
    [Fact]
    public void OnTheSameHardware_ARunTakesAsLongAsItTook()
    {
        var compared = Compare("h100-sxm", 1, 20);
        Assert.Equal(compared.Busy.Measured, compared.Busy.Predicted, 1e-6);
        Assert.Equal(compared.Measured.Ttft!.Value, compared.Predicted.Ttft!.Value, 1e-6);
        Assert.Equal(compared.Measured.Tpot!.Value, compared.Predicted.Tpot!.Value, 1e-6);
        Assert.InRange(compared.Overall!.P90, 0, 1e-3);
    }

    [Fact]
    public void OperatorsThatTookTwiceAsLong_AreHalfPredicted()
    {
        var compared = Compare("h100-sxm", 2, 5);
        Assert.InRange(compared.Overall!.Bias, -0.501, -0.499);
        Assert.All(compared.ByKind, kind => Assert.Equal(
            0.5, kind.Predicted / kind.Measured, 1e-2));
    }

    [Fact]
    public void TheHostsGaps_StayOnAnyHardware()
    {
        var deployment = MadeTrace.On("h200-sxm");
        var replay = new TraceReplay(MadeTrace.Header(deployment), "t", deployment);
        double end = 0;
        foreach (var step in MadeTrace.Steps(MadeTrace.On("h100-sxm"), 4))
        {
            var replayed = replay.Next(step);
            Assert.Equal(5e-6, replayed.Host, 1e-12);
            Assert.Equal(
                replayed.End - replayed.Start, replayed.Host + replayed.Seconds.Sum(), 1e-12);
            if (step.Index > 0) Assert.Equal(2e-6, replayed.Start - end, 1e-12);
            end = replayed.End;
        }
    }

    [Fact]
    public void Steps_NeverBeginBeforeTheRequestsTheyServe()
    {
        var deployment = MadeTrace.On("h200-sxm");
        var replay = new TraceReplay(MadeTrace.Header(deployment), "t", deployment);
        var steps = MadeTrace.Steps(MadeTrace.On("a100-sxm-80gb"), 2).ToList();
        var late = steps[1] with
        {
            Idle = 1_000_000_000,
            Start = steps[1].Start + 1_000_000_000,
            End = steps[1].End + 1_000_000_000,
            Arrivals = [new(8, steps[1].Start + 1_000_000_000, 10)],
            Prefill = [new(8, 0, 10, true)],
        };
        replay.Next(steps[0]);
        Assert.Equal(
            late.Arrivals[0].Time * 1e-9, replay.Next(late).Start, 1e-9);
    }

    [Fact]
    public void EveryOperator_IsReplayedOnce()
    {
        var steps = MadeTrace.Steps(MadeTrace.On("h100-sxm"), 6).ToList();
        var deployment = MadeTrace.On("l40s");
        var replay = new TraceReplay(MadeTrace.Header(deployment), "t", deployment);
        Assert.Equal(
            steps.Sum(step => step.Operators.Count),
            steps.Sum(step => replay.Next(step).Seconds.Count));
    }

    [Fact]
    public void AReplayedRun_ReplaysToItself()
    {
        var deployment = MadeTrace.On("h200-sxm");
        var header = MadeTrace.Header(deployment);
        var first = new TraceReplay(header, "t", deployment);
        var second = new TraceComparison(header, new TraceReplay(header, "t", deployment));
        foreach (var step in MadeTrace.Steps(MadeTrace.On("h100-sxm"), 5))
            second.Add(ReplayedTrace.Of(first.Next(step)));
        Assert.InRange(second.Overall!.P90, 0, 1e-3);
    }

    [Fact]
    public void AnOperatorThatTheModelLacks_IsTold()
    {
        var deployment = MadeTrace.On("h100-sxm");
        var header = MadeTrace.Header(deployment) with { Operators = ["mlp.downproj"] };
        var error = Assert.Throws<ConfigException>(
            () => new TraceReplay(header, "run.jsonl", deployment));
        Assert.StartsWith(
            "run.jsonl(1): $.operators[0]: \"mlp.downproj\" is no operator of llama-3.2-1b; did "
            + "you mean \"mlp.down_proj\"?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CapturesThatDiffer_TellTheirNoise()
    {
        var noise = new TraceNoise(
            [Compare("h100-sxm", 1, 5), Compare("h100-sxm", 1.1, 5), Compare("h100-sxm", 1.2, 5)]);
        Assert.Equal(0.2 / 1.1, noise.Floor!.Value, 1e-2);
    }

    private static TraceComparison Compare(string hardware, double factor, int count)
    {
        var deployment = MadeTrace.On(hardware);
        var header = MadeTrace.Header(deployment);
        var compared = new TraceComparison(header, new TraceReplay(header, "t", deployment));
        foreach (var step in MadeTrace.Steps(MadeTrace.On("h100-sxm"), count, factor))
            compared.Add(step);
        return compared;
    }
}
