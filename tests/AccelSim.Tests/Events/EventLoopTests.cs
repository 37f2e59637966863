using AccelSim.Events;
using AccelSim.Units;

namespace AccelSim.Tests.Events;

public sealed class EventLoopTests
{
    private sealed class Recorder : IEventTarget
    {
        public List<int> Codes { get; } = [];

        public void Fire(int code) => Codes.Add(code);
    }

    private sealed class Repeater(EventLoop loop, string name) : IEventTarget
    {
        public void Fire(int code) => loop.At(loop.Now, this, 0);

        public override string ToString() => name;
    }

    [Fact]
    public void Events_FireInTimeOrder()
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        loop.At(new SimTime(30), recorder, 3);
        loop.At(new SimTime(10), recorder, 1);
        loop.At(new SimTime(20), recorder, 2);
        loop.Run();
        Assert.Equal([1, 2, 3], recorder.Codes);
        Assert.Equal(new SimTime(30), loop.Now);
        Assert.Equal(3, loop.EventsFired);
    }

    [Fact]
    public void SameTimeEvents_RunInScheduleOrder()
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        for (var i = 0; i < 1000; i++) loop.At(new SimTime(7), recorder, i);
        loop.Run();
        Assert.Equal(Enumerable.Range(0, 1000), recorder.Codes);
    }

    [Fact]
    public void AtFirst_RunsBeforeEveryOtherEventOfTheSameTime()
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        loop.At(new SimTime(7), recorder, 3);
        loop.AtFirst(new SimTime(7), recorder, 1);
        loop.At(new SimTime(7), recorder, 4);
        loop.AtFirst(new SimTime(7), recorder, 2);
        loop.At(new SimTime(6), recorder, 0);
        loop.Run();
        Assert.Equal([0, 1, 2, 3, 4], recorder.Codes);
    }

    [Fact]
    public void AnEventAtTheSameTime_RunsAfterThoseAlreadyScheduled()
    {
        var loop = new EventLoop();
        List<string> order = [];
        loop.After(new Seconds(1), () =>
        {
            order.Add("a");
            loop.After(default, () => order.Add("c"));
        });
        loop.After(new Seconds(1), () => order.Add("b"));
        loop.Run();
        Assert.Equal(["a", "b", "c"], order);
    }

    [Fact]
    public void After_RoundsToTheNearestPicosecond()
    {
        var loop = new EventLoop();
        loop.After(new Seconds(1.6e-12), () => { });
        loop.Run();
        Assert.Equal(new SimTime(2), loop.Now);
    }

    [Fact]
    public void NextTime_IsNeverWhenNothingIsLeft()
    {
        var loop = new EventLoop();
        Assert.Equal(SimTime.Never, loop.NextTime);
        loop.At(new SimTime(5), new Recorder(), 0);
        Assert.Equal(new SimTime(5), loop.NextTime);
        Assert.Equal(default, loop.Now);
        Assert.True(loop.Step());
        Assert.False(loop.Step());
        Assert.Equal(SimTime.Never, loop.NextTime);
    }

    [Fact]
    public void NextTime_DoesNotHideAnEarlierEventScheduledLater()
    {
        var loop = new EventLoop();
        var recorder = new Recorder();
        loop.At(new SimTime(1000), recorder, 2);
        Assert.Equal(new SimTime(1000), loop.NextTime);
        loop.At(new SimTime(10), recorder, 1);
        Assert.Equal(new SimTime(10), loop.NextTime);
        loop.Run();
        Assert.Equal([1, 2], recorder.Codes);
    }

    [Fact]
    public void AnEventInThePast_IsRefused()
    {
        var loop = new EventLoop();
        loop.At(new SimTime(5), new Recorder(), 0);
        loop.Run();
        var error = Assert.Throws<ArgumentException>(
            () => loop.At(new SimTime(4), new Recorder(), 0));
        Assert.Equal(
            "An event at 4 ps cannot be scheduled: it is already 5 ps.", error.Message);
    }

    [Fact]
    public void AnEventAtNever_IsRefused() => Assert.Equal(
        "An event cannot be at never.",
        Assert.Throws<ArgumentException>(
            () => new EventLoop().At(SimTime.Never, new Recorder(), 0)).Message);

    [Fact]
    public void ADelayThatIsNotANumber_IsRefused() => Assert.Throws<OverflowException>(
        () => new EventLoop().After(new Seconds(double.NaN), new Recorder(), 0));

    [Fact]
    public void EventsWithoutProgress_AreReportedWithTheirTargets()
    {
        var loop = new EventLoop(sameTimeLimit: 5000);
        loop.At(new SimTime(42), new Repeater(loop, "replica 0"), 0);
        loop.At(new SimTime(42), new Repeater(loop, "router"), 0);
        var error = Assert.Throws<NoProgressException>(loop.Run);
        Assert.Equal(
            "5000 events fired at 42 ps and time does not move on; the last 1001 went to: "
            + "replica 0 (501×), router (500×).",
            error.Message);
    }

    [Fact]
    public void AsManyEventsAtOneTimeAsTheLimit_AreFine()
    {
        var loop = new EventLoop(sameTimeLimit: 5000);
        var recorder = new Recorder();
        for (var i = 0; i < 5000; i++) loop.At(new SimTime(1), recorder, i);
        for (var i = 0; i < 5000; i++) loop.At(new SimTime(2), recorder, i);
        loop.Run();
        Assert.Equal(10_000, loop.EventsFired);
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        var loop = new EventLoop();
        var holder = new HoldModel(loop, 10_000, 1);
        for (var i = 0; i < 500_000; i++) loop.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500_000; i++) loop.Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(10_000, holder.Pending);
    }

    private sealed class HoldModel : IEventTarget
    {
        private readonly EventLoop _loop;
        private readonly Random _random;

        public HoldModel(EventLoop loop, int pending, int seed)
        {
            (_loop, _random, Pending) = (loop, new Random(seed), pending);
            for (var i = 0; i < pending; i++) Schedule();
        }

        public int Pending { get; }

        public void Fire(int code) => Schedule();

        private void Schedule() =>
            _loop.After(new Seconds(-1e-3 * Math.Log(1 - _random.NextDouble())), this, 0);
    }
}
