using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Workloads;

public class WorkloadGeneratorTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.25)]
    [InlineData(4.0)]
    public void Burstiness_IsTheShapeOfTheGaps(double burstiness)
    {
        var gaps = Gaps(WorkloadGenerator.Generate(Spec() with
        {
            Requests = 50_000,
            Arrivals = WorkloadFlags.Arrivals(8, burstiness),
        }));
        var mean = gaps.Average();
        var variance = gaps.Average(gap => (gap - mean) * (gap - mean));

        Assert.Equal(0.125, mean, 0.125 * 0.03);
        Assert.Equal(1 / burstiness, variance / (mean * mean), 0.08 / burstiness);
    }

    [Fact]
    public void InfiniteRate_SendsEverythingAtOnce() => Assert.All(
        WorkloadGenerator.Generate(
            new WorkloadFlags { Isl = 10, Osl = 20, NumRequests = 50 }.ToSpec()).Requests,
        request => Assert.Equal((0L, 10, 20),
            (request.Arrival.Picoseconds, request.PromptTokens, request.OutputTokens)));

    [Fact]
    public void FixedGaps_DoNotDrift()
    {
        var workload = WorkloadGenerator.Generate(Spec() with
        {
            Requests = 30_001,
            Arrivals = new() { Kind = ArrivalKind.Fixed, RequestsPerSecond = 3 },
        });

        Assert.Equal(10_000_000_000_000_000, workload.Requests[^1].Arrival.Picoseconds);
    }

    [Fact]
    public void ClosedLoop_LimitsConcurrencyToItsUsers()
    {
        var workload = WorkloadGenerator.Generate(Spec() with
        {
            Arrivals = new() { Kind = ArrivalKind.ClosedLoop, Users = 7 },
        });

        Assert.Equal(7, workload.MaxConcurrency);
        Assert.All(workload.Requests, request => Assert.Equal(0, request.Arrival.Picoseconds));
    }

    [Fact]
    public void Diurnal_PutsMoreArrivalsIntoTheRisingHalf()
    {
        var workload = WorkloadGenerator.Generate(Spec() with
        {
            Requests = 40_000,
            Arrivals = new()
            {
                Kind = ArrivalKind.Diurnal,
                RequestsPerSecond = 10,
                Amplitude = 0.8,
                Period = new Seconds(400),
            },
        });
        var share = workload.Requests.Count(r => r.Arrival.Seconds % 400 < 200) / 40_000.0;

        // Half a period holds 1/2 + amplitude/π of the arrivals.
        Assert.Equal(0.5 + 0.8 / Math.PI, share, 0.01);
        Assert.Equal(4000, workload.Requests[^1].Arrival.Seconds, 80.0);
    }

    [Fact]
    public void SameSeed_GivesTheSameRequests()
    {
        var spec = Spec() with
        {
            Sessions = new() { Turns = LengthSpec.Constant(3), ThinkTime = new Seconds(2) },
        };

        Assert.Equal(Text(spec), Text(spec));
        Assert.NotEqual(Text(spec), Text(spec with { Seed = 43 }));
    }

    [Fact]
    public void Draws_AreTheSameOnEveryMachine()
    {
        var requests = WorkloadReader.Read("azure-conv-2023-fit", new() { MaxRequests = 4 })
            .Requests;

        Assert.Equal(
            "0 421 81; 6378039494 1024 387; 207642633774 909 410; 542368206889 1062 401",
            string.Join("; ", requests.Select(r =>
                $"{r.Arrival.Picoseconds} {r.PromptTokens} {r.OutputTokens}")));
    }

    [Fact]
    public void NextTurn_SharesAllOfTheTurnBefore()
    {
        var workload = WorkloadGenerator.Generate(Spec() with
        {
            Sessions = new() { Turns = LengthSpec.Constant(4), ThinkTime = new Seconds(2) },
            SharedPrefix = new() { Tokens = 100 },
        });
        foreach (var turn in workload.Requests.Where(request => request.After is not null))
        {
            var before = workload.Requests[turn.After!.Value];
            var context = before.PromptTokens + before.OutputTokens;
            Assert.True(turn.PromptTokens > context);
            for (var block = 0; block < context / workload.HashBlockTokens; block++)
            {
                var earlier = block < before.PrefixKeys!.Count
                    ? before.PrefixKeys[block]
                    : ContentKeys.Mix(before.OutputKey!.Value, block);
                Assert.Equal(earlier, turn.PrefixKeys![block]);
            }
        }
    }

    [Fact]
    public void Sessions_ShareOnlyTheWholeBlocksOfThePrefix()
    {
        var workload = WorkloadGenerator.Generate(
            Spec() with { SharedPrefix = new() { Tokens = 40 } });
        var (first, second) = (workload.Requests[0].PrefixKeys!, workload.Requests[1].PrefixKeys!);

        Assert.Equal(first.Take(2), second.Take(2));
        Assert.NotEqual(first[2], second[2]);
    }

    [Fact]
    public void MaxContext_EndsASession()
    {
        var workload = WorkloadGenerator.Generate(Spec() with
        {
            Input = LengthSpec.Constant(100),
            Output = LengthSpec.Constant(50),
            Sessions = new()
            {
                Turns = LengthSpec.Constant(10),
                ThinkTime = new Seconds(1),
                MaxContextTokens = 450,
            },
        });

        Assert.Equal(400, workload.Requests.Max(request => request.PromptTokens));
    }

    [Theory]
    [InlineData(LengthKind.Uniform, 55, 26)]
    [InlineData(LengthKind.Lognormal, 63.4, 40.2)]
    [InlineData(LengthKind.Empirical, 52.5, 32.56)]
    public void Lengths_HaveTheirMeanAndDeviation(LengthKind kind, double mean, double deviation)
    {
        var length = kind switch
        {
            LengthKind.Uniform => new LengthSpec { Kind = kind, Min = 10, Max = 100 },
            LengthKind.Lognormal => new() { Kind = kind, Median = 53.5, Sigma = 0.58 },
            _ => new() { Kind = kind, Quantiles = [10, 40, 120] },
        };
        double[] lengths = [.. WorkloadGenerator.Generate(Spec() with
        {
            Requests = 50_000,
            Input = length,
        }).Requests.Select(request => (double)request.PromptTokens)];

        Assert.Equal(mean, lengths.Average(), mean * 0.015);
        var average = lengths.Average();
        Assert.Equal(
            deviation,
            Math.Sqrt(lengths.Average(x => (x - average) * (x - average))),
            deviation * 0.03);
    }

    private static WorkloadSpec Spec() => new()
    {
        Requests = 200,
        Arrivals = new() { Kind = ArrivalKind.Poisson, RequestsPerSecond = 8 },
        Input = new() { Kind = LengthKind.Uniform, Min = 10, Max = 100 },
        Output = new() { Kind = LengthKind.Zipf, Min = 5, Max = 50, Exponent = 1.1 },
    };

    private static double[] Gaps(Workload workload) =>
        [
            .. workload.Requests.Zip(
                workload.Requests.Skip(1), (a, b) => (b.Arrival - a.Arrival).Value),
        ];

    private static string Text(WorkloadSpec spec) => string.Join('\n',
        WorkloadGenerator.Generate(spec).Requests.Select(request =>
            $"{request} {string.Join(',', request.PrefixKeys ?? [])}"));
}
