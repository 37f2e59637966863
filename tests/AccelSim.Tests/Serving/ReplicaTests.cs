using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Replicas beside each other: routers, shared wires, lockstep, pipelines.</summary>
public sealed class ReplicaTests
{
    private static readonly (string, string) Host =
        ("\"hostPerStep\": \"0 ms\"", "\"hostPerStep\": \"1 ms\"");

    [Fact]
    public void RoundRobin_TakesEachReplicaInTurn()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        var run = Rig.Simulate(
            [deployment, deployment, deployment],
            Rig.Requests([.. Enumerable.Range(0, 7).Select(i => (i * 1e-5, 10, 5))]));
        Assert.Equal([0, 1, 2, 0, 1, 2, 0], run.Records.Select(record => record.Replica));
    }

    [Fact]
    public void LeastLoaded_AvoidsTheReplicaWithALongRequest()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        var run = Rig.Simulate(
            [deployment, deployment],
            Rig.Requests((0, 10, 500), (0.01, 10, 2), (0.02, 10, 2), (0.03, 10, 2)),
            router: RouterKind.LeastLoaded);
        Assert.Equal([0, 1, 1, 1], run.Records.Select(record => record.Replica));
    }

    [Fact]
    public void PrefixAware_GoesWhereTheLongerHalfOfThePromptIs()
    {
        var engine = new EngineSettings { EnablePrefixCaching = true };
        var deployment = Rig.Deploy(Rig.Chip(Host), spec: Rig.Spec(engine));
        Request Of(int id, double arrival, params long[] keys) => new()
        {
            Id = id,
            Arrival = Rig.Seconds(arrival),
            PromptTokens = 16 * keys.Length,
            OutputTokens = 2,
            PrefixKeys = keys,
        };
        var run = Rig.Simulate(
            [deployment, deployment],
            Rig.Workload([
                Of(0, 0, 1, 2, 3, 4), Of(1, 0.0001, 5, 6, 7, 8), Of(2, 1, 5, 6, 7, 9),
                Of(3, 2, 5, 10, 11, 12)]),
            router: RouterKind.PrefixAware);
        // The last shares a quarter only, so the first of the idle ones serves it.
        Assert.Equal([0, 1, 1, 0], run.Records.Select(record => record.Replica));
    }

    [Fact]
    public void RequestThatFitsOneReplicaOnly_GoesThere()
    {
        var small = Rig.Deploy(
            Rig.Chip(), spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = 4 }));
        var run = Rig.Simulate([small, Rig.Deploy(Rig.Chip())], Rig.Requests((0, 500, 5)));
        Assert.Equal(1, run.Records[0].Replica);
    }

    [Fact]
    public void TwoReplicasOnOneBus_SlowEachOtherDown_OneAloneIsTheClosedForm()
    {
        var deployment = Rig.Deploy(
            Rig.OnBus(), ModelCatalog.Load("llama-3.2-1b"), Rig.Spec(tp: 2, count: 2));
        var one = Rig.Simulate([deployment, deployment], Rig.Requests((0, 500, 20)));
        var both = Rig.Simulate(
            [deployment, deployment], Rig.Requests((0, 500, 20), (0, 500, 20)));
        var alone = Rig.Simulate(
            Rig.Deploy(Rig.OnBus(), ModelCatalog.Load("llama-3.2-1b"), Rig.Spec(tp: 2)),
            Rig.Requests((0, 500, 20)));
        Rig.Near(
            alone.Records[0].E2eLatency.Value, one.Records[0].E2eLatency.Value, 1e-6);
        deployment.Stages[0].Price(new StepShape
        {
            PrefillTokens = 500, PrefillSequences = 1, PrefillPairs = 500 * 501 / 2,
            PrefillKvTokens = 500, SampledTokens = 1,
        }, out var prefill);
        // The prefills start together, so their collectives meet whole.
        Rig.Near(
            alone.Records[0].Ttft.Value + prefill.LinkSeconds, both.Records[0].Ttft.Value, 1e-6);
    }

    [Fact]
    public void HalvingALink_SlowsACollectiveBoundRun()
    {
        var model = ModelCatalog.Load("llama-3.2-1b");
        double Time(string bandwidth) => Rig.Simulate(
            Rig.Deploy(
                Rig.Chip(("\"100 GB/s\", \"latency\"", $"\"{bandwidth}\", \"latency\"")), model,
                Rig.Spec(tp: 4)),
            Rig.Requests((0, 2000, 10))).Records[0].E2eLatency.Value;
        Assert.InRange(Time("5 GB/s") / Time("10 GB/s"), 1.5, 2);
    }

    [Fact]
    public void MoreKvCapacity_DoesNotChangeAnUncontendedRun()
    {
        Deployment With(long blocks) => Rig.Deploy(
            Rig.Chip(Host), spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = blocks }));
        var load = Rig.Requests((0, 100, 30), (0.001, 60, 20));
        Assert.Equal(
            Rig.Simulate(With(100), load).Records, Rig.Simulate(With(1000), load).Records);
    }

    [Fact]
    public void LessKvCapacity_ThanIsNeeded_WaitsForKvBlocks()
    {
        var deployment = Rig.Deploy(
            Rig.Chip(Host), spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = 8 }));
        var run = Rig.Simulate(deployment, Rig.Requests((0, 100, 20), (0.0001, 100, 20)));
        var waiting = run.Replicas[0].WaitingSeconds;
        var first = run.Records[0];
        // From the end of the first step: before that, it waited for the step that was running.
        Rig.Near(
            (first.LastToken - first.FirstToken).Value, waiting[(int)WaitReason.KvCapacity], 1e-9);
        Rig.Near(
            (run.Records[1].FirstScheduled - run.Records[1].Arrival).Value, waiting.Sum(), 1e-9);
    }

    [Fact]
    public void SwappedBlocks_TakeTheHostLinksTime()
    {
        var engine = new EngineSettings
        {
            PreemptionMode = PreemptionMode.Swap, NumGpuBlocksOverride = 5,
        };
        var deployment = Rig.Deploy(Rig.Chip(Host), spec: Rig.Spec(engine));
        var transfers = new Transfers();
        Rig.Simulate(
            [deployment], Rig.Requests((0, 32, 20), (0, 32, 20)), listener: transfers);
        // Two blocks of 16 tokens of 2 KiB (4 layers, 2 heads of 32, keys and values, bf16).
        const long bytes = 2 * 16 * 4 * 2 * 2 * 32 * 2;
        Assert.Equal(2, transfers.Facts.Count);
        Assert.All(transfers.Facts, fact => Assert.Equal(new Bytes(bytes), fact.Bytes));
        Assert.All(transfers.Facts, fact => Rig.Near(bytes / 10e9, (fact.End - fact.Start).Value));
    }

    [Theory]
    [InlineData(2, 1, 4)]
    [InlineData(1, 2, 2)]
    [InlineData(1, 4, 4)]
    public void LockstepRanks_DrainingUnevenly_AllFinish(int tp, int ep, int dp)
    {
        var deployment = Rig.Deploy(
            Rig.Chip(Host), ModelCatalog.Load("mixtral-8x7b"), Rig.Spec(tp: tp, ep: ep, dp: dp));
        var run = Rig.Simulate(
            deployment, Rig.Requests((0, 10, 300), (0, 900, 1), (0, 3, 2), (0.2, 5, 40)));
        Assert.All(run.Records, record => Assert.True(record.Completed));
    }

    [Fact]
    public void SplittingExpertsOverRanks_DoesNotDoubleTheirTime()
    {
        var model = ModelCatalog.Load("mixtral-8x7b");
        double Experts(ReplicaSpec spec)
        {
            var shape = new StepShape
            {
                DecodeTokens = 256, DecodeSequences = 256, DecodeKvTokens = 25600,
                SampledTokens = 256, ExpertTokens = 256 * spec.Dp,
            };
            var stage = Rig.Deploy(Rig.Chip(), model, spec).Stages[0];
            return stage.Operators.Select(template => template.At(shape))
                .Where(one => one.Kind == OperatorKind.ExpertLinear)
                .Sum(one => (double)one.Count * one.WeightBytes.Value);
        }
        // With every expert hit, two ranks hold and read half of the experts each.
        Rig.Near(Experts(Rig.Spec()) / 2, Experts(Rig.Spec(ep: 2, dp: 2)), 1e-3);
    }

    [Fact]
    public void Pipeline_SharesSequencesEvenlyOverItsMicroBatches()
    {
        var deployment = Rig.Deploy(
            Rig.Chip(), ModelCatalog.Load("llama-3.1-8b"), Rig.Spec(pp: 4));
        var sizes = new StepSizes();
        Rig.Simulate(
            [deployment], Rig.Requests([.. Enumerable.Repeat((0.0, 50, 60), 8)]),
            listener: sizes);
        Assert.Equal(2, sizes.MostDecodes);
    }

    [Fact]
    public void PipelineOnDevicesWithoutHostLink_Runs()
    {
        var deployment = Rig.Deploy(
            Catalog.Open("tpu-v5e"), Rig.Model, Rig.Spec(pp: 2));
        Assert.Null(deployment.Away);
        Assert.True(Rig.Simulate(deployment, Rig.Requests((0, 30, 5))).Records[0].Completed);
    }

    [Fact]
    public void RefusedRequest_TakesTenThousandLaterTurnsAlong()
    {
        var deployment = Rig.Deploy(
            Rig.Chip(), spec: Rig.Spec(new EngineSettings { NumGpuBlocksOverride = 2 }));
        var run = Rig.Simulate(deployment, Rig.Workload(Enumerable.Range(0, 100_000).Select(id =>
            new Request
            {
                Id = id,
                Arrival = default,
                After = id == 0 ? null : id - 1,
                PromptTokens = 50,
                OutputTokens = 1,
            })));
        Assert.Equal(
            "request 99998, which it follows, was refused", run.Records[99_999].Rejection);
        var metrics = Rig.Result(run).Metrics;
        Assert.Equal((0, 100_000), (metrics.Completed, metrics.Rejected));
        Assert.Equal(0, metrics.RequestsPerSecond);
        Assert.Equal(0, metrics.SloAttainment);
    }

    [Fact]
    public void ClosedLoop_NeverHasMoreInFlightThanUsers()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        var load = Rig.Requests([.. Enumerable.Repeat((0.0, 20, 10), 30)]) with
        {
            MaxConcurrency = 3,
        };
        var records = Rig.Simulate(deployment, load).Records;
        var most = records.Max(at => records.Count(
            other => other.Arrival <= at.Arrival && other.LastToken > at.Arrival));
        Assert.Equal(3, most);
    }

    [Fact]
    public void LaterTurn_IsSentAThinkTimeAfterTheAnswer()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        var load = Rig.Requests((0, 20, 10), (0.5, 40, 10));
        var records = Rig.Simulate(deployment, load with
        {
            Requests = [load.Requests[0], load.Requests[1] with { After = 0 }],
        }).Records;
        Assert.Equal(
            records[0].LastToken.Picoseconds + 500_000_000_000, records[1].Arrival.Picoseconds);
    }

    [Fact]
    public void SteadyDecode_AllocatesNothingPerStep()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        long Allocated(int output)
        {
            var load = Rig.Requests((0, 10, output), (0, 10, output), (0, 10, output));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Rig.Simulate(deployment, load, leaps: false);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated(20_000);
        var (few, many) = (Allocated(10_000), Allocated(20_000));
        // The histogram grows by steps of 8 KiB as gaps grow; nothing else may.
        Assert.InRange(many - few, -50_000, 50_000);
    }

    private sealed class Transfers : IRunListener
    {
        public List<TransferFact> Facts { get; } = [];

        public void StepsDone(in StepFact fact)
        {
        }

        public void TransferDone(in TransferFact fact) => Facts.Add(fact);

        public void RequestDone(in RequestRecord record)
        {
        }
    }

    private sealed class StepSizes : IRunListener
    {
        public int MostDecodes { get; private set; }

        public void StepsDone(in StepFact fact) =>
            MostDecodes = Math.Max(MostDecodes, fact.Shape.DecodeTokens);

        public void TransferDone(in TransferFact fact)
        {
        }

        public void RequestDone(in RequestRecord record)
        {
        }
    }
}
