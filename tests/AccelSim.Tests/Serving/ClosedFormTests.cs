using AccelSim.Costs;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Where nothing queues, or queueing theory has a formula, the run equals it.</summary>
public sealed class ClosedFormTests
{
    private static readonly (string, string) Launch =
        ("\"kernelLaunch\": \"0 us\"", "\"kernelLaunch\": \"3 us\"");

    private static readonly (string, string) Host =
        ("\"hostPerStep\": \"0 ms\"", "\"hostPerStep\": \"2 ms\"");

    private static StepShape Decode(int sequences, long context) => new()
    {
        DecodeTokens = sequences,
        DecodeSequences = sequences,
        DecodeKvTokens = sequences * context,
        SampledTokens = sequences,
    };

    private static StepShape Prefill(int tokens) => new()
    {
        PrefillTokens = tokens,
        PrefillSequences = 1,
        PrefillPairs = (long)tokens * (tokens + 1) / 2,
        PrefillKvTokens = tokens,
        SampledTokens = 1,
    };

    private static double Seconds(StepPricer pricer, StepShape shape)
    {
        pricer.Price(shape, out var cost);
        return cost.Seconds;
    }

    [Fact]
    public void DecodeStep_AtBatchOne_IsBytesOverBandwidthPlusLaunchesPlusHost()
    {
        var model = ModelCatalog.Load("llama-3.1-8b");
        var pricer = Rig.Deploy(Rig.Chip(Launch, Host), model).Stages[0];
        var shape = Decode(1, 1000);
        var operators = pricer.Operators.Select(template => template.At(shape))
            .Where(one => one.MemoryBytes.Value > 0).ToArray();
        var bytes = operators.Sum(one => one.Count * one.MemoryBytes.Value);
        var weights = 2 * (8_030_261_248 - 128256L * 4096) + 1000 * 128 * 1024;
        Assert.InRange(bytes, weights, weights * 1.01);
        Rig.Near(
            bytes / 1e12 + operators.Sum(one => one.Count) * 3e-6 + 2e-3, Seconds(pricer, shape));
    }

    [Fact]
    public void SingleRequest_WaitsForItsPrefillAlone_ThenForEachDecodeStep()
    {
        var deployment = Rig.Deploy(Rig.Chip(Launch, Host));
        var run = Rig.Simulate(deployment, Rig.Requests((1, 500, 11)));
        var record = run.Records[0];
        var pricer = deployment.Stages[0];
        var decodes = Enumerable.Range(501, 10).Sum(context => Seconds(pricer, Decode(1, context)));
        Assert.Equal(Seconds(pricer, Prefill(500)), record.Ttft.Value, 1e-11);
        Assert.Equal(decodes / 10, record.Tpot!.Value.Value, 1e-11);
        Assert.Equal(record.Ttft.Value + decodes, record.E2eLatency.Value, 1e-10);
    }

    [Fact]
    public void HugeSquareProduct_RunsAtPeak()
    {
        const long size = 1 << 15;
        var model = Rig.Deploy(Rig.Chip(Launch)).Stages[0].Model;
        model.Price(Product(size), out var cost);
        Rig.Near(2.0 * size * size * size / 100e12, cost.Seconds - 3e-6);
    }

    [Fact]
    public void TinyProduct_TakesALaunch()
    {
        var model = Rig.Deploy(Rig.Chip(Launch)).Stages[0].Model;
        model.Price(Product(8), out var cost);
        Assert.InRange(cost.Seconds, 3e-6, 3.001e-6);
    }

    [Fact]
    public void TensorParallelStep_AddsItsAllReducesAndTheGatheredLogits()
    {
        var two = Rig.Deploy(Rig.Chip(), spec: Rig.Spec(tp: 2)).Stages[0];
        two.Price(Decode(10, 100), out var cost);
        // One all-reduce after the embedding, two a layer: S over the wire for two ranks; half of
        // the logits of 1,024 words.
        const double bytes = 10 * (9 * 256 * 2 + 1024 * 2 / 2);
        Rig.Near(bytes / 100e9, cost.LinkSeconds);
    }

    [Fact]
    public void RingAllReduce_InAStep_MovesTwiceAllButOneShare()
    {
        var chip = Rig.Chip(("\"topology\": \"switch\"", "\"topology\": \"ring\""));
        var four = Rig.Deploy(chip, ModelCatalog.Load("llama-3.1-8b"), Rig.Spec(tp: 4)).Stages[0];
        four.Price(Decode(1000, 10), out var cost);
        var reduces = 65 * 2.0 * 3 / 4 * (1000 * 4096 * 2) / 100e9;
        var gather = 3.0 / 4 * (1000 * 128256 * 2) / 100e9;
        Rig.Near(reduces + gather, cost.LinkSeconds);
    }

    [Fact]
    public void PipelineFirstToken_IsTheSumOfStagesAndTransfers()
    {
        var deployment = Rig.Deploy(Rig.Chip(Launch, Host), spec: Rig.Spec(pp: 4));
        var run = Rig.Simulate(deployment, Rig.Requests((0, 300, 1)));
        var expected = 2e-3;
        for (var stage = 0; stage < 4; stage++)
        {
            deployment.Stages[stage].Price(Prefill(300), out var cost);
            // The host prepares a step once, not once per stage.
            expected += stage == 0 ? cost.Seconds - 2e-3 : cost.Seconds;
            if (stage < 3)
            {
                Rig.Near(300 * 256 * 2 / 100e9, cost.TransferSeconds);
                expected += cost.TransferSeconds;
            }
        }
        Assert.Equal(expected, run.Records[0].Ttft.Value, 1e-11);
    }

    [Fact]
    public void FullPipeline_IsPacedByItsSlowestStage()
    {
        // Two micro-batches of one: each gets a token whenever the slower stage has served both.
        var deployment = Rig.Deploy(
            Rig.Chip(), ModelCatalog.Load("llama-3.1-8b"), Rig.Spec(pp: 2));
        var run = Rig.Simulate(deployment, Rig.Requests((0, 1000, 400), (0, 1000, 400)));
        var slowest = Enumerable.Range(0, 2)
            .Max(stage => Seconds(deployment.Stages[stage], Decode(1, 1200)));
        foreach (var record in run.Records)
            Rig.Near(2 * slowest, record.Tpot!.Value.Value, 0.02);
    }

    [Fact]
    public void Energy_IsIdlePowerAndEachOperatorsOwn_CostIsPriceTimesTime()
    {
        var deployment = Rig.Deploy(Rig.Chip(Host));
        var result = Rig.Result(Rig.Simulate(deployment, Rig.Requests((0, 64, 3))));
        var joules = 100 * result.Metrics.Duration.Value;
        foreach (var shape in new[] { Prefill(64), Decode(1, 65), Decode(1, 66) })
        {
            foreach (var one in deployment.Stages[0].Operators.Select(t => t.At(shape)))
            {
                joules += one.Count * (one.MatrixFlops.Value * 1e-12
                    + one.VectorFlops.Value * 2e-12 + one.MemoryBytes.Value * 10e-12);
            }
        }
        Rig.Near(joules, result.Joules);
        Rig.Near(3.6 / 3600 * result.Metrics.Duration.Value, result.Usd);
    }

    [Theory]
    [InlineData("dense", 2, 1, 1, 1)]
    [InlineData("dense", 2, 2, 1, 1)]
    [InlineData("mixtral-8x7b", 2, 1, 4, 2)]
    [InlineData("mixtral-8x7b", 1, 1, 1, 2)]
    public void PowerTrace_IntegratesToTheEnergyLedger(
        string model, int tp, int pp, int ep, int dp)
    {
        var deployment = Rig.Deploy(
            Rig.Chip(Host), model == "dense" ? null : ModelCatalog.Load(model),
            Rig.Spec(tp: tp, pp: pp, ep: ep, dp: dp));
        var power = new PowerListener();
        var run = Rig.Simulate(
            [deployment, deployment],
            Rig.Requests((0, 64, 30), (0.01, 200, 20), (0.011, 20, 9), (0.5, 9, 9)),
            listener: power);
        var result = Rig.Result(run);
        var stepSeconds = run.Replicas.Sum(replica => replica.Ledgers.Sum(ledger =>
            Enum.GetValues<StepKind>().Sum(kind => ledger[kind].Seconds)));
        var all = 2 * deployment.Accelerators * result.Metrics.Duration.Value;
        var idle = 100 * (all - deployment.RanksPerStage * stepSeconds);
        Rig.Near(result.Joules, power.Joules + idle, 1e-6);
    }

    [Fact]
    public void FixedService_WaitsAsMd1()
    {
        // ρ = 0.7; over five seeds the mean of 60,000 waits was within 5 % of the formula.
        var (service, waits) = Waits(60_000, 0.7, request => 400);
        Rig.Near(0.7 / (2 * (1 - 0.7)) * service, waits, 0.06);
    }

    [Fact]
    public void ExponentialService_WaitsAsMm1()
    {
        // A step costs its host time, however long: exponential numbers of steps, ρ = 0.6.
        var random = new SimRandom(5, "service");
        var (service, waits) = Waits(
            60_000, 0.6, request => 1 + (int)random.NextExponential(200), outputs: true);
        Rig.Near(0.6 / (1 - 0.6) * service, waits, 0.08);
    }

    /// <summary>Mean service and mean wait of one server with Poisson arrivals.</summary>
    private static (double Service, double Waits) Waits(
        int count, double load, Func<int, int> length, bool outputs = false)
    {
        var engine = new EngineSettings
        {
            MaxNumSeqs = 1, MaxNumBatchedTokens = 100_000, MaxModelLen = null,
        };
        var deployment = Rig.Deploy(Rig.Chip(Host), spec: Rig.Spec(engine));
        var lengths = Enumerable.Range(0, count).Select(length).ToArray();
        var step = 2e-3;
        var mean = outputs
            ? lengths.Average() * step
            : Seconds(deployment.Stages[0], Prefill(lengths[0]));
        var random = new SimRandom(3, "arrivals");
        var now = 0.0;
        var run = Rig.Simulate(deployment, Rig.Workload(lengths.Select((tokens, id) => new Request
        {
            Id = id,
            Arrival = Rig.Seconds(now += random.NextExponential(mean / load)),
            PromptTokens = outputs ? 1 : tokens,
            OutputTokens = outputs ? tokens : 1,
        })));
        return (mean, run.Records.Average(
            record => (record.FirstScheduled - record.Arrival).Value));
    }

    private static Operator Product(long size) => new()
    {
        Name = "product",
        Kind = OperatorKind.Linear,
        Count = 1,
        ComputeFormat = AccelSim.Units.NumberFormat.Bf16,
        MatrixFlops = new Flops(2 * size * size * size),
        WeightBytes = new Bytes(2 * size * size),
        InputBytes = new Bytes(2 * size * size),
        OutputBytes = new Bytes(2 * size * size),
    };

    private sealed class PowerListener : IRunListener
    {
        public double Joules { get; private set; }

        public void StepsDone(in StepFact fact) => Joules += fact.Joules;

        public void TransferDone(in TransferFact fact)
        {
        }

        public void RequestDone(in RequestRecord record)
        {
        }
    }
}
