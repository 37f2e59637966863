using AccelSim.Events;
using AccelSim.Units;
using FsCheck;
using FsCheck.Fluent;

namespace AccelSim.Tests.Events;

/// <summary>The loop's order against a naive reference: a stable sort of what is pending.</summary>
public sealed class EventOrderTests
{
    /// <summary>One thing that a script does: schedule (delay ≥ 0) or fire one event.</summary>
    private readonly record struct Move(long Delay, bool First)
    {
        public static Move Fire { get; } = new(-1, false);
    }

    private sealed class Recorder : IEventTarget
    {
        public int Last { get; private set; } = -1;

        public void Fire(int code) => Last = code;
    }

    private sealed class Reference
    {
        private readonly SortedSet<(long Time, int Lane, int Code)> _pending = [];

        public long Now { get; private set; }

        public int Count => _pending.Count;

        public void Add(long time, bool first, int code) =>
            _pending.Add((time, first ? 0 : 1, code));

        public int Take()
        {
            var least = _pending.Min;
            _pending.Remove(least);
            Now = least.Time;
            return least.Code;
        }
    }

    private static void Check(IEnumerable<Move> moves)
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        var reference = new Reference();
        var code = 0;
        foreach (var move in moves)
        {
            if (move.Delay < 0)
            {
                Fire(loop, recorder, reference);
                continue;
            }
            var time = reference.Now + move.Delay;
            reference.Add(time, move.First, code);
            if (move.First) loop.AtFirst(new SimTime(time), recorder, code++);
            else loop.At(new SimTime(time), recorder, code++);
        }
        while (reference.Count > 0) Fire(loop, recorder, reference);
        Assert.False(loop.Step());
    }

    private static void Fire(EventLoop loop, Recorder recorder, Reference reference)
    {
        if (reference.Count == 0)
        {
            Assert.False(loop.Step());
            return;
        }
        var expected = reference.Take();
        Assert.True(loop.Step());
        Assert.Equal(expected, recorder.Last);
        Assert.Equal(reference.Now, loop.Now.Picoseconds);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    [InlineData(1_000_000_000_000)]
    public void AnyInterleaving_FiresInTheOrderOfAStableSort(long range)
    {
        var move = Gen.Choose(0, 9).SelectMany(kind => kind < 4
            ? Gen.Constant(Move.Fire)
            : Gen.Choose(0, 1_000_000).Select(
                share => new Move((long)(range * (share * 1e-6)), kind == 4)));
        var scripts = Gen.Choose(0, 2000)
            .SelectMany(count => Gen.ListOf(move, count))
            .ToArbitrary();
        Prop.ForAll(scripts, moves => Check(moves))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    /// <summary>Schedules a start set, then fires and reschedules, growing and shrinking.</summary>
    private static IEnumerable<Move> Hold(int pending, int turns, Func<Random, long> delay)
    {
        var random = new Random(5);
        for (var i = 0; i < pending; i++) yield return new Move(delay(random), i % 17 == 0);
        for (var i = 0; i < turns; i++)
        {
            yield return Move.Fire;
            var copies = i % 3000 < 1500 ? random.Next(3) : 1;
            for (var j = 0; j < copies; j++) yield return new Move(delay(random), j == 1);
        }
    }

    public static TheoryData<string> Distributions => new(
        "all at one time", "exponential", "far outliers", "bursts", "powers of ten",
        "steady period", "near the end of time");

    private static long Draw(string distribution, Random random) => distribution switch
    {
        "all at one time" => 0,
        "exponential" => (long)(-1e9 * Math.Log(1 - random.NextDouble())),
        "far outliers" => random.Next(1000) == 0 ? 1L << 52 : random.Next(1000),
        "bursts" => random.Next(50) == 0 ? 1_000_000 : random.Next(3),
        "powers of ten" => (long)Math.Pow(10, 15 * random.NextDouble()),
        "steady period" => 833,
        "near the end of time" => random.Next(2) == 0 ? 1L << 46 : random.Next(10),
        _ => throw new ArgumentException(distribution),
    };

    [Theory]
    [MemberData(nameof(Distributions))]
    public void AdversarialTimes_FireInTheOrderOfAStableSort(string distribution) =>
        Check(Hold(8_000, 24_000, random => Draw(distribution, random)));

    [Fact]
    public void ALoopThatRanEmpty_StartsAgain()
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 1000; i++) loop.At(new SimTime(1000 * round + i), recorder, i);
            loop.Run();
            Assert.Equal(SimTime.Never, loop.NextTime);
            loop.At(loop.Now, recorder, -round);
            Assert.True(loop.Step());
            Assert.Equal(-round, recorder.Last);
        }
    }

    [Fact]
    public void TimesAtTheEndOfTheClock_FireInOrder()
    {
        var last = long.MaxValue - 1;
        var loop = new EventLoop();
        var recorder = new Recorder();
        for (var i = 0; i < 200; i++) loop.At(new SimTime(last - 199 + i), recorder, i);
        for (var i = 0; i < 100; i++) loop.At(new SimTime(i), recorder, -100 + i);
        for (var i = -100; i < 200; i++)
        {
            Assert.True(loop.Step());
            Assert.Equal(i, recorder.Last);
        }
        Assert.Equal(last, loop.Now.Picoseconds);
    }
}
