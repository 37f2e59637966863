using AccelSim.Costs;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>Random engines under random loads: every run checks its own conservation.</summary>
public sealed class RandomRunTests
{
    /// <summary>Models of every kind, with plans that divide them.</summary>
    public static TheoryData<string, int> Cases => new()
    {
        { "dense", 400 }, { "windowed", 200 }, { "mistral-7b", 20 }, { "gpt-oss-20b", 20 },
        { "mixtral-8x7b", 40 }, { "deepseek-v2-lite", 20 }, { "jamba-v0.1", 20 },
        { "qwen3-next-80b-a3b", 20 }, { "t5-large", 20 }, { "llava-1.5-7b", 20 },
        { "mamba-2.8b", 10 }, { "gemma-3-1b", 20 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void RandomRun_CompletesOrRefusesEveryRequest_WithAndWithoutLeaps(
        string model, int runs)
    {
        for (var seed = 0; seed < runs; seed++)
        {
            try
            {
                Compare(model, seed);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{model}, seed {seed}: {e}");
            }
        }
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("mixtral-8x7b")]
    public void SameRun_Twice_IsEqual(string model)
    {
        for (var seed = 1000; seed < 1010; seed++)
        {
            var (first, second) = (Run(model, seed, true), Run(model, seed, true));
            Assert.Equal(first.Records.Select(Outcome), second.Records.Select(Outcome));
            Assert.Equal(first.Loop.EventsFired, second.Loop.EventsFired);
        }
    }

    [Fact]
    public void RandomRuns_ReachEveryCorner()
    {
        var (preempted, cached, refused, swapped, capacity) = (0L, 0L, 0, 0, 0.0);
        for (var seed = 0; seed < 100; seed++)
        {
            var listener = new SwapCounter();
            var run = Run("dense", seed, true, listener);
            preempted += run.Replicas.Sum(replica => replica.Preemptions);
            cached += run.Records.Sum(record => record.CachedTokens);
            refused += run.Records.Count(record => !record.Completed);
            swapped += listener.Swaps;
            capacity += run.Replicas.Sum(
                replica => replica.WaitingSeconds[(int)WaitReason.KvCapacity]);
        }
        Assert.True(
            preempted > 100 && cached > 1000 && refused > 10 && swapped > 10 && capacity > 0,
            $"{preempted} {cached} {refused} {swapped} {capacity}");
    }

    private sealed class SwapCounter : IRunListener
    {
        public int Swaps { get; private set; }

        public void StepsDone(in StepFact fact)
        {
        }

        public void TransferDone(in TransferFact fact)
        {
            if (fact.Purpose == "KV swap") Swaps++;
        }

        public void RequestDone(in RequestRecord record)
        {
        }
    }

    private static void Compare(string model, int seed)
    {
        var (leaping, stepping) = (Run(model, seed, true), Run(model, seed, false));
        for (var i = 0; i < leaping.Records.Count; i++)
        {
            var (a, b) = (Outcome(leaping.Records[i]), Outcome(stepping.Records[i]));
            Assert.True(a == b, $"{model}, seed {seed}, request {i}:\n{a}\n{b}");
        }
        for (var r = 0; r < leaping.Replicas.Count; r++)
            SameLedgers(leaping.Replicas[r], stepping.Replicas[r], $"{model}, seed {seed}");
        var (x, y) = (Rig.Result(leaping), Rig.Result(stepping));
        Assert.Equal(y.Metrics, x.Metrics);
        Assert.Equal(y.Preemptions, x.Preemptions);
        Assert.Equal(y.PeakKvShare, x.PeakKvShare);
        Near(y.Joules, x.Joules);
    }

    /// <summary>The record without the request, whose lists compare by reference.</summary>
    private static (int, SimTime, SimTime, SimTime, SimTime, int, int, string?) Outcome(
        RequestRecord r) => (r.Replica, r.Arrival, r.FirstScheduled, r.FirstToken, r.LastToken,
            r.CachedTokens, r.Preemptions, r.Rejection);

    private static void SameLedgers(Replica a, Replica b, string what)
    {
        Assert.Equal(b.Gaps.Count, a.Gaps.Count);
        Assert.Equal(b.Gaps.Mean, a.Gaps.Mean);
        Assert.Equal(b.Gaps.Percentile(0.37), a.Gaps.Percentile(0.37));
        for (var stage = 0; stage < a.Ledgers.Count; stage++)
        {
            foreach (var kind in Enum.GetValues<StepKind>())
            {
                var (x, y) = (a.Ledgers[stage][kind], b.Ledgers[stage][kind]);
                Assert.True(x.Steps == y.Steps, $"{what}: {kind} steps {x.Steps}, {y.Steps}");
                Near(y.Seconds, x.Seconds);
                for (var i = 0; i < ResourceVector.Capacity; i++)
                {
                    Near(y.Share[i], x.Share[i]);
                    Near(y.Energy[i], x.Energy[i]);
                }
            }
        }
        for (var i = 0; i < a.WaitingSeconds.Count; i++)
        {
            Assert.True(
                Math.Abs(a.WaitingSeconds[i] - b.WaitingSeconds[i])
                    <= 1e-9 * Math.Max(1e-3, b.WaitingSeconds[i]),
                $"{what}: waiting for {(WaitReason)i} {a.WaitingSeconds[i]}, "
                + $"{b.WaitingSeconds[i]}");
        }
    }

    private static void Near(double expected, double actual) =>
        Assert.True(
            Math.Abs(expected - actual) <= 1e-9 * Math.Abs(expected) + 1e-15,
            $"expected {expected:R}, got {actual:R}");

    private static ServingSimulation Run(
        string model, int seed, bool leaps, IRunListener? listener = null)
    {
        var random = new Random(seed);
        var config = ModelOf(model);
        var engine = Engine(random);
        var shares = !config.HasEncoder && config.Layers.All(layer =>
            layer.Mixer is AttentionShape or LatentAttentionShape);
        engine = engine with { EnablePrefixCaching = engine.EnablePrefixCaching && shares };
        var (tp, pp, ep, dp) = Plan(random, config);
        var spec = Rig.Spec(engine, tp, pp, ep, dp, random.Next(1, 3));
        var hash = random.Next(3) switch { 0 => 16, 1 => 4, _ => 32 };
        var chip = random.Next(4) == 0 ? Rig.OnBus() : Rig.Chip(
            ("\"hostPerStep\": \"0 ms\"", "\"hostPerStep\": \"0.1 ms\""),
            ("\"kernelLaunch\": \"0 us\"", "\"kernelLaunch\": \"1.7 us\""));
        var builder = new DeploymentBuilder(config, "auto", "auto", "auto", hash);
        var deployment = builder.Build(chip, spec);
        List<Deployment> replicas = [deployment];
        for (var i = 1; i < spec.Count; i++) replicas.Add(deployment);
        if (random.Next(4) == 0)
            replicas.Add(builder.Build(
                Rig.Chip(("\"1 TB/s\"", "\"2 TB/s\"")), Rig.Spec(engine)));
        var router = (RouterKind)random.Next(3);
        return Rig.Simulate(replicas, Load(random, hash), leaps, router, listener);
    }

    private static ModelConfig ModelOf(string name) => name switch
    {
        "dense" => Rig.Model,
        "windowed" => Rig.Windowed,
        _ => ModelCatalog.Load(name),
    };

    private static EngineSettings Engine(Random random)
    {
        var sequences = random.Next(1, 20);
        return new EngineSettings
        {
            Profile = random.Next(3) == 0 ? "hf-eager" : "native",
            PrefillPolicy = (PrefillPolicy)random.Next(2),
            OutputReserve = random.Next(3) switch { 0 => 0.4, 1 => 1, _ => 0 },
            MaxNumSeqs = sequences,
            MaxNumBatchedTokens = Math.Max(sequences, random.Next(1, 200)),
            BlockSize = 1 << random.Next(0, 6) switch { 0 => 2, 1 => 3, 2 => 5, _ => 4 },
            NumGpuBlocksOverride = random.Next(3) == 0 ? null : random.Next(4, 80),
            EnablePrefixCaching = random.Next(2) == 0,
            EnableChunkedPrefill = random.Next(4) > 0,
            SchedulerReserveFullIsl = random.Next(2) == 0,
            SchedulingPolicy = (SchedulingPolicy)random.Next(3),
            PreemptionMode = (PreemptionMode)random.Next(2),
            SwapSpace = new Bytes(random.Next(3) switch { 0 => 0, 1 => 300_000, _ => 4L << 30 }),
            MaxModelLen = random.Next(4) == 0 ? 300 : null,
        };
    }

    private static (int Tp, int Pp, int Ep, int Dp) Plan(Random random, ModelConfig model)
    {
        var plans = new List<(int, int, int, int)>
        {
            (1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 1, 1), (1, 4, 1, 1), (2, 2, 1, 1),
        };
        if (model.HasExperts) plans.AddRange([(1, 1, 2, 2), (2, 1, 1, 2), (1, 1, 4, 4)]);
        plans.RemoveAll(plan => PlanCheck.Problem(
            model, new ParallelismPlan(plan.Item1, plan.Item2, plan.Item3, plan.Item4))
            is not null);
        return plans[random.Next(plans.Count)];
    }

    private static Workload Load(Random random, int hash)
    {
        var count = random.Next(1, 60);
        var span = Math.Pow(10, random.Next(-5, 1));
        var arrivals = Enumerable.Range(0, count)
            .Select(_ => random.Next(5) == 0 ? 0.5 * span : random.NextDouble() * span)
            .Order().ToArray();
        var requests = new List<Request>();
        for (var id = 0; id < count; id++)
        {
            var prompt = random.Next(1, random.Next(3) == 0 ? 400 : 80);
            var follows = id > 0 && random.Next(4) == 0;
            requests.Add(new Request
            {
                Id = id,
                Arrival = follows
                    ? Rig.Seconds(random.Next(3) == 0 ? 0 : random.NextDouble() * 0.1 * span)
                    : Rig.Seconds(arrivals[id]),
                After = follows ? random.Next(id) : null,
                PromptTokens = prompt,
                OutputTokens = random.Next(3) == 0 ? 1 : random.Next(1, 120),
                PrefixKeys = random.Next(3) == 0 ? null : ContentKeys.Prompt(
                    random.Next(3), random.Next(prompt), random.Next(5), prompt, hash),
                OutputKey = random.Next(2) == 0 ? random.Next(5) : null,
                Priority = random.Next(3),
            });
        }
        return new Workload
        {
            Origin = "random",
            Requests = requests,
            MaxConcurrency = random.Next(3) == 0 ? random.Next(1, 10) : null,
            HashBlockTokens = hash,
        };
    }
}
