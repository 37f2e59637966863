using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Tests.Serving;

/// <summary>An accelerator may draw more than it sustains until its heat sink is full.</summary>
public sealed class HeatTests
{
    private const double Sustained = 130;
    private const double Idle = 100;

    /// <summary>Draws 10 pJ for a byte: 10 W above idling at full bandwidth.</summary>
    private static HardwareDocument Chip(double? burst, double seconds, double tdp = Sustained) =>
        Rig.Chip(
            ("\"tdp\": \"1000000 W\"", $"\"tdp\": \"{tdp} W\""
                + (burst is null
                    ? ""
                    : $", \"burst\": \"{burst} W\", \"burstTime\": \"{seconds} s\"")),
            ("\"hbm\": \"10 pJ/B\"", "\"hbm\": \"60 pJ/B\""));

    private static Workload Busy { get; } = Rig.Workload(Enumerable.Range(0, 60)
        .Select(id => new Request
        {
            Id = id,
            Arrival = Rig.Seconds(id * 1e-4),
            PromptTokens = 40 + id * 7 % 90,
            OutputTokens = 50 + id * 13 % 70,
        }));

    private static ServingSimulation Run(HardwareDocument chip, bool leaps = true) =>
        Rig.Simulate(Rig.Deploy(chip), Busy, leaps);

    private static double End(ServingSimulation run) =>
        run.Records.Max(record => record.LastToken).Seconds;

    [Fact]
    public void WithoutEnd_ABurstIsAHigherLimit() => Assert.Equal(
        End(Run(Chip(null, 0, 145))), End(Run(Chip(145, 3600))), 1e-9);

    [Fact]
    public void OfNoLength_ABurstIsNone()
    {
        var run = Run(Chip(145, 1e-9));
        Rig.Near(End(Run(Chip(null, 0))), End(run), 1e-6);
        Assert.True(Rig.Result(run).SlowedByHeat.Value > 0);
    }

    /// <summary>
    /// Where every operator is held back by power alone, the run draws the sustained power and the
    /// budget: energy = sustained × time + budget.
    /// </summary>
    [Fact]
    public void LongRun_DrawsTheSustainedPowerAndTheBudgetOnce()
    {
        var chip = Chip(140, 0.002);
        var (run, sustained) = (Run(chip), Run(Chip(null, 0)));
        var dynamic = run.Replicas[0].Ledgers[0];
        var joules = Enum.GetValues<StepKind>().Sum(kind => dynamic[kind].Energy.Sum());
        var seconds = Enum.GetValues<StepKind>().Sum(kind => dynamic[kind].Seconds);
        var budget = HeatAccount.Of(Device.From(chip.Accelerator, Catalog.Estimators))!.Budget;
        Rig.Near(0.02, budget.Value);
        Rig.Near((joules - budget.Value) / (Sustained - Idle), seconds, 1e-3);
        Assert.True(End(run) < End(sustained));
    }

    [Theory]
    [InlineData(0.0005)]
    [InlineData(0.002)]
    [InlineData(0.01)]
    public void LeapsChangeNothing(double burstTime)
    {
        var chip = Chip(145, burstTime);
        var (leaping, stepping) = (Run(chip), Run(chip, leaps: false));
        Assert.True(leaping.Loop.EventsFired < stepping.Loop.EventsFired);
        Assert.Equal(
            stepping.Records.Select(record => (record.FirstToken, record.LastToken)),
            leaping.Records.Select(record => (record.FirstToken, record.LastToken)));
        var (expected, result) = (Rig.Result(stepping), Rig.Result(leaping));
        Rig.Near(expected.SlowedByHeat.Value, result.SlowedByHeat.Value);
        Rig.Near(expected.Joules, result.Joules);
    }

    [Fact]
    public void LongerBursts_AreNeverSlower()
    {
        var before = double.PositiveInfinity;
        foreach (var time in new[] { 0.0001, 0.0005, 0.001, 0.003, 0.01, 0.1 })
        {
            var end = End(Run(Chip(145, time)));
            Assert.True(end <= before, $"{time} s of burst: {before} -> {end} s");
            before = end;
        }
    }

    /// <summary>A pause cools the sink: the next request is as fast as the first.</summary>
    [Fact]
    public void Idling_GivesTheBudgetBack()
    {
        var chip = Chip(145, 0.0005);
        double Latency(params double[] arrivals)
        {
            var run = Rig.Simulate(
                Rig.Deploy(chip), Rig.Requests([.. arrivals.Select(at => (at, 900, 40))]));
            var last = run.Records[^1];
            return last.LastToken.Seconds - last.Arrival.Seconds;
        }

        var alone = Latency(0);
        Rig.Near(alone, Latency(0, 10), 1e-6);
        Assert.True(Latency(0, alone) > alone * 1.001);
    }

    [Fact]
    public void SlowedRun_SaysSo()
    {
        var warning = Assert.Single(Rig.Result(Run(Chip(145, 0.002))).Warnings);
        Assert.StartsWith("Heat slowed steps by ", warning, StringComparison.Ordinal);
        Assert.Contains("draws 145 W for 2 ms, then 130 W", warning, StringComparison.Ordinal);
        Assert.Empty(Rig.Result(Run(Chip(null, 0))).Warnings);
    }

    /// <summary>Without a time, a burst is a peak that nobody may rely on.</summary>
    [Fact]
    public void ABurstWithoutTime_IsNotUsed() => Assert.Null(
        HeatAccount.Of(Device.From(Catalog.Open("mi250").Accelerator, Catalog.Estimators)));
}
