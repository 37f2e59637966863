using AccelSim.Events;
using AccelSim.Units;

namespace AccelSim.Tests.Events;

public sealed class FairShareNetworkTests
{
    private static readonly BytesPerSecond Gigabyte = new(1e9);
    private readonly EventLoop _loop = new();
    private readonly FairShareNetwork _network;
    private readonly Arrivals _arrivals;

    public FairShareNetworkTests()
    {
        _network = new FairShareNetwork(_loop);
        _arrivals = new Arrivals(_loop);
    }

    private sealed class Arrivals(EventLoop loop) : IEventTarget
    {
        public List<(int Code, double Milliseconds)> List { get; } = [];

        public void Fire(int code) => List.Add((code, loop.Now.Picoseconds * 1e-9));
    }

    private void Send(int code, long bytes, double latencyMs, params NetworkLink[] path) =>
        _network.Send(path, new Bytes(bytes), new Seconds(latencyMs * 1e-3), _arrivals, code);

    private void SendAt(double ms, int code, long bytes, params NetworkLink[] path) =>
        _loop.After(new Seconds(ms * 1e-3), () => Send(code, bytes, 0, path));

    private void Expect(params (int Code, double Milliseconds)[] expected)
    {
        _loop.Run();
        Assert.Equal(expected.Select(e => e.Code), _arrivals.List.Select(a => a.Code));
        foreach (var (want, have) in expected.Zip(_arrivals.List))
        {
            Assert.Equal(want.Milliseconds, have.Milliseconds, 8);
        }
        Assert.Equal(0, _network.InFlight);
        Assert.Equal(_network.Sent, _network.Delivered);
        _network.CheckConservation();
    }

    [Fact]
    public void OneTransfer_TakesLatencyAndBytesOverBandwidth()
    {
        Send(1, 3_000_000, 0.25, _network.AddLink("a", Gigabyte));
        Expect((1, 3.25));
    }

    [Fact]
    public void Time_IsRoundedToTheNearestPicosecond()
    {
        Send(1, 1, 0, _network.AddLink("a", new BytesPerSecond(3e12)));
        Send(2, 2, 0, _network.AddLink("b", new BytesPerSecond(3e12)));
        _loop.Run();
        Assert.Equal([(1, 0.0), (2, 1e-9)], _arrivals.List);
    }

    [Fact]
    public void APath_IsAsFastAsItsNarrowestLink()
    {
        var wide = _network.AddLink("wide", Gigabyte);
        var narrow = _network.AddLink("narrow", new BytesPerSecond(0.25e9));
        Send(1, 1_000_000, 0, wide, narrow);
        Expect((1, 4));
        Assert.Equal(1_000_000, wide.Delivered.Value);
        Assert.Equal(1_000_000, narrow.Delivered.Value);
    }

    [Fact]
    public void TwoEqualTransfers_TakeTwiceAsLong()
    {
        var link = _network.AddLink("a", Gigabyte);
        Send(1, 1_000_000, 0, link);
        Send(2, 1_000_000, 0, link);
        Expect((1, 2), (2, 2));
    }

    [Fact]
    public void TheRest_SpeedsUpWhenATransferEnds()
    {
        var link = _network.AddLink("a", Gigabyte);
        Send(1, 3_000_000, 0, link);
        Send(2, 1_000_000, 0, link);
        Expect((2, 2), (1, 4));
    }

    [Fact]
    public void StaggeredTransfers_ShareWhileTheyOverlap()
    {
        var link = _network.AddLink("a", Gigabyte);
        SendAt(0, 1, 2_000_000, link);
        SendAt(1, 2, 2_000_000, link);
        Expect((1, 3), (2, 4));
    }

    [Fact]
    public void TransfersOnDifferentLinks_DoNotDisturbEachOther()
    {
        Send(1, 1_000_000, 0, _network.AddLink("a", Gigabyte));
        Send(2, 1_000_000, 0.5, _network.AddLink("b", Gigabyte));
        Expect((1, 1), (2, 1.5));
    }

    [Fact]
    public void TheMaxMinExample_GivesWhatOneLinkLeavesToTheOther()
    {
        // Three on a (1 GB/s), of which one goes on over b (2 GB/s), where one more is.
        var a = _network.AddLink("a", Gigabyte);
        var b = _network.AddLink("b", new BytesPerSecond(2e9));
        Send(1, 1_000_000, 0, a);
        Send(2, 1_000_000, 0, a);
        Send(3, 1_000_000, 0, a, b);
        Send(4, 4_000_000, 0, b);
        Expect((4, 2.4), (1, 3), (2, 3), (3, 3));
    }

    [Fact]
    public void FarTransfers_AreRechargedThroughACommonLink()
    {
        // c ends at 1 ms and leaves b to the long one, which then takes less from a's other.
        var a = _network.AddLink("a", Gigabyte);
        var b = _network.AddLink("b", new BytesPerSecond(0.5e9));
        Send(1, 1_750_000, 0, a);
        Send(2, 1_000_000, 0, a, b);
        Send(3, 250_000, 0, b);
        // 1: 0.75 GB/s for 1 ms, then 0.5; 2: 0.25 GB/s for 1 ms, then 0.5.
        Expect((3, 1), (2, 2.5), (1, 2.75));
    }

    [Fact]
    public void NoBytes_TakeTheLatency()
    {
        Send(1, 0, 0.5, _network.AddLink("a", Gigabyte));
        Expect((1, 0.5));
    }

    [Fact]
    public void NoLinks_TakeTheLatency()
    {
        Send(1, 1_000_000, 0.5);
        Expect((1, 0.5));
    }

    [Fact]
    public void ALinkThatIsPassedTwice_IsSharedWithItself()
    {
        var bus = _network.AddLink("bus", Gigabyte);
        Send(1, 1_000_000, 0, bus, bus);
        Expect((1, 2));
    }

    [Fact]
    public void SimultaneousEnds_AreToldInOrderOfSending()
    {
        var link = _network.AddLink("a", Gigabyte);
        for (var i = 0; i < 50; i++) Send(i, 20_000, 0.001 * (50 - i), link);
        for (var i = 50; i < 60; i++) Send(i, 20_000, 0, _network.AddLink($"l{i}", Gigabyte));
        _loop.Run();
        var last = _arrivals.List.Where(a => a.Milliseconds < 0.021).Select(a => a.Code);
        Assert.Equal(Enumerable.Range(50, 10), last);
    }

    [Fact]
    public void AnArrival_MaySendTheNext()
    {
        var link = _network.AddLink("a", Gigabyte);
        var relay = new Relay(() => Send(2, 1_000_000, 0, link));
        _network.Send([link], new Bytes(1_000_000), default, relay, 0);
        Expect((2, 2));
    }

    private sealed class Relay(Action action) : IEventTarget
    {
        public void Fire(int code) => action();
    }

    [Fact]
    public void Idle_ItSchedulesNothing()
    {
        var link = _network.AddLink("a", Gigabyte);
        Assert.Equal(SimTime.Never, _loop.NextTime);
        Send(1, 1_000_000, 0, link);
        _loop.Run();
        Assert.InRange(_loop.EventsFired, 1, 4);
    }

    [Fact]
    public void ManyTransfers_ArriveWhenThePipeIsEmpty()
    {
        // A link that is never idle is done when all bytes have passed, whatever the order.
        var link = _network.AddLink("a", Gigabyte);
        var random = new Random(3);
        var total = 0L;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = 1 + random.Next(100_000);
            total += bytes;
            Send(i, bytes, random.NextDouble() * 0.01, link);
        }
        // One that is there from the start to the first latency's end.
        Send(2000, 100_000, 0, link);
        total += 100_000;
        _loop.Run();
        Assert.Equal(2001, _arrivals.List.Count);
        Assert.Equal(total * 1e-6, _arrivals.List[^1].Milliseconds, 6);
        _network.CheckConservation();
    }

    [Fact]
    public void AnyTraffic_EndsWhenTheNaiveReferenceSays()
    {
        var random = new Random(11);
        for (var i = 0; i < 12; i++)
        {
            _network.AddLink($"l{i}", new BytesPerSecond(random.Next(1, 20) * 1e8));
        }
        List<NaiveFluid.Flow> flows = [];
        for (var i = 0; i < 200; i++)
        {
            var path = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => _network.Links[random.Next(12)]).Distinct().ToArray();
            var (ms, bytes) = (random.Next(20_000) * 1e-3, 1 + random.Next(2_000_000));
            SendAt(ms, i, bytes, path);
            flows.Add(new NaiveFluid.Flow(ms * 1e-3, bytes, [.. path.Select(link => link.Index)]));
        }
        _loop.Run();
        NaiveFluid.Run(flows, [.. _network.Links.Select(link => link.Capacity.Value)]);
        Assert.Equal(200, _arrivals.List.Count);
        foreach (var (code, ms) in _arrivals.List)
        {
            Assert.InRange(ms, flows[code].End * 1e3 - 1e-7, flows[code].End * 1e3 + 1e-7);
        }
        Assert.Equal(_network.Sent, _network.Delivered);
        _network.CheckConservation();
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        var link = _network.AddLink("a", Gigabyte);
        var other = _network.AddLink("b", Gigabyte);
        NetworkLink[] path = [link, other];
        Relay? relay = null;
        relay = new Relay(() => _network.Send(
            path, new Bytes(1000), new Seconds(1e-6), relay!, 0));
        for (var i = 0; i < 10; i++)
        {
            _network.Send(path, new Bytes(1000 + i), default, relay, 0);
        }
        for (var i = 0; i < 20_000; i++) _loop.Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++) _loop.Step();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void TheListener_HearsOfEveryTransferAndItsLinks()
    {
        var listener = new Listener();
        var network = new FairShareNetwork(_loop, listener);
        var link = network.AddLink("a", Gigabyte);
        network.Send([link], new Bytes(1_000_000), new Seconds(1e-3), _arrivals, 0);
        network.Send([link], new Bytes(2_000_000), new Seconds(5e-3), _arrivals, 0);
        _loop.Run();
        Assert.Equal(
            ["start 0 a 0 us", "start 1 a 0 us", "end 0 a 2000 us", "end 1 a 7000 us"],
            listener.Lines);
    }

    private sealed class Listener : ITransferListener
    {
        public List<string> Lines { get; } = [];

        public void Started(in Transfer transfer, SimTime time) => Add("start", transfer, time);

        public void Finished(in Transfer transfer, SimTime time) => Add("end", transfer, time);

        private void Add(string what, in Transfer transfer, SimTime time) => Lines.Add(
            $"{what} {transfer.Id} {transfer.Path[0]} {time.Picoseconds / 1_000_000} us");
    }

    [Fact]
    public void ACapacityOfZero_IsRefused() => Assert.Equal(
        "Link a has a capacity of 0 B/s.",
        Assert.Throws<ArgumentException>(() => _network.AddLink("a", default)).Message);

    [Fact]
    public void AForeignLink_IsRefused()
    {
        var foreign = new FairShareNetwork(_loop).AddLink("x", Gigabyte);
        _network.AddLink("a", Gigabyte);
        Assert.Equal(
            "Link x is not of this network.",
            Assert.Throws<ArgumentException>(() => Send(0, 1, 0, foreign)).Message);
    }
}
