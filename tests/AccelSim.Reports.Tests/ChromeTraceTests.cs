using System.Text;
using System.Text.Json;
using AccelSim.Serving;
using AccelSim.Studies;

namespace AccelSim.Reports.Tests;

public sealed class ChromeTraceTests
{
    /// <summary>Runs that differ in what tracks they have.</summary>
    public static TheoryData<string> Designs =>
        ["one", "tensor", "pipeline", "replicas", "preempting", "swapping", "refusing"];

    [Fact]
    public void Trace_OfTheSmallRun_IsTheGoldenOne() =>
        Golden.Check("trace.json", Text(SmallRun.Load(requests: 6)));

    [Theory]
    [MemberData(nameof(Designs))]
    public void SlicesOfATrack_DoNotOverlap(string design)
    {
        foreach (var track in Events(design).Where(e => Phase(e) == "X").GroupBy(Track))
        {
            decimal free = 0;
            foreach (var slice in track.OrderBy(Time))
            {
                Assert.True(Time(slice) >= free, $"{track.Key}: {slice} starts before {free}");
                free = Time(slice) + slice.GetProperty("dur").GetDecimal();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void EveryArrow_LeadsFromAnArrivalToASlice(string design)
    {
        var events = Events(design);
        var slices = events.Where(e => Phase(e) == "X")
            .Select(e => (Track(e), Time(e)))
            .ToHashSet();
        var served = events.Count(e => Phase(e) == "b");
        var arrows = events.Where(e => Phase(e) is "s" or "t" or "f")
            .GroupBy(e => e.GetProperty("id").GetInt32())
            .ToArray();
        Assert.Equal(served, arrows.Length);
        foreach (var arrow in arrows)
        {
            Assert.Equal("s", Phase(arrow.First()));
            Assert.Equal("f", Phase(arrow.Last()));
            Assert.Equal(arrow.OrderBy(Time), arrow);
            Assert.All(arrow, point => Assert.Contains((Track(point), Time(point)), slices));
        }
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void Counters_AreNeverNegativeAndKvNeverOverAHundredPercent(string design)
    {
        foreach (var counter in Events(design).Where(e => Phase(e) == "C"))
        {
            var value = counter.GetProperty("args").EnumerateObject().Single();
            Assert.InRange(
                value.Value.GetDouble(), 0, value.Name == "percent" ? 100 : double.MaxValue);
        }
    }

    [Theory]
    [MemberData(nameof(Designs))]
    public void EveryTrack_HasAName(string design)
    {
        var events = Events(design);
        var named = events.Where(e => Phase(e) == "M" && e.TryGetProperty("tid", out _))
            .Select(Track)
            .ToHashSet();
        Assert.All(
            events.Where(e => Phase(e) == "X"), slice => Assert.Contains(Track(slice), named));
    }

    [Theory]
    [InlineData("one", "accelerator 0 (h100-sxm)")]
    [InlineData("tensor", "accelerator 1 (h100-sxm)")]
    [InlineData("tensor", "link nvlink, group 0")]
    [InlineData("pipeline", "accelerator 1 (h100-sxm)")]
    [InlineData("pipeline", "link nvlink, stage 0 to 1")]
    [InlineData("swapping", "h100-sxm host link, replica 0")]
    [InlineData("refusing", "refused")]
    public void Design_HasTheTrack(string design, string track) =>
        Assert.Contains(
            Events(design),
            e => Phase(e) == "M" && e.GetProperty("args").GetProperty("name").GetString() == track);

    [Theory]
    [InlineData("preempting")]
    [InlineData("swapping")]
    public void Design_ThatShallMakeRoom_DoesSo(string design) =>
        Assert.True(Load(design).Run().Preemptions > 0);

    [Fact]
    public void PowerCounter_IntegratesToTheRunsEnergy()
    {
        var result = SmallRun.Result;
        double joules = 0, watts = 0;
        decimal since = 0;
        var counters = Events("one").Where(
            e => Phase(e) == "C" && e.GetProperty("name").GetString() == "power");
        foreach (var counter in counters)
        {
            joules += watts * (double)(Time(counter) - since) * 1e-6;
            since = Time(counter);
            watts = counter.GetProperty("args").GetProperty("watts").GetDouble();
        }
        var host = result.Energy.Where(entry => entry.Component == "host").Sum(e => e.Amount);
        Assert.Equal(result.Joules - host, joules, result.Joules * 1e-9);
    }

    [Fact]
    public void Names_WithQuotes_AreEscaped()
    {
        var recorder = new RunRecorder();
        var result = SmallRun.Load(requests: 1).Run(recorder);
        result = result with { WorkloadOrigin = "a \"quoted\" \\ name\n" };
        using var stream = new MemoryStream();
        ChromeTrace.Write(stream, result, recorder);
        var root = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
        Assert.Equal(
            "a \"quoted\" \\ name\n",
            root.GetProperty("otherData").GetProperty("workload").GetString());
    }

    [Fact]
    public void Trace_OfNoRequests_IsValid()
    {
        var recorder = new RunRecorder();
        var result = SmallRun.Load(requests: 1).Run(recorder) with { Requests = [] };
        using var stream = new MemoryStream();
        ChromeTrace.Write(stream, result, new RunRecorder());
        var events = JsonDocument.Parse(stream.ToArray()).RootElement.GetProperty("traceEvents");
        Assert.All(events.EnumerateArray(), e => Assert.Equal("M", Phase(e)));
    }

    private static ScenarioRunner Load(string design) => design switch
    {
        "one" => SmallRun.Load(),
        "tensor" => SmallRun.Load(tp: 2),
        "pipeline" => SmallRun.Load(pp: 2),
        "replicas" => SmallRun.Load(replicas: 3),
        "preempting" => SmallRun.Load(rate: 1000, engine: new EngineSettings
        {
            NumGpuBlocksOverride = 192, SchedulerReserveFullIsl = false,
        }),
        "swapping" => SmallRun.Load(rate: 1000, maxInput: 300, engine: new EngineSettings
        {
            NumGpuBlocksOverride = 64,
            PreemptionMode = PreemptionMode.Swap, SwapSpace = new Units.Bytes(64L << 30),
        }),
        "refusing" => SmallRun.Load(engine: new EngineSettings { MaxModelLen = 1000 }),
        _ => throw new ArgumentOutOfRangeException(nameof(design)),
    };

    private static string Text(ScenarioRunner runner)
    {
        var recorder = new RunRecorder();
        var result = runner.Run(recorder);
        using var stream = new MemoryStream();
        ChromeTrace.Write(stream, result, recorder);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonElement[] Events(string design) =>
        [.. JsonDocument.Parse(Text(Load(design))).RootElement.GetProperty("traceEvents")
            .EnumerateArray()];

    private static string Phase(JsonElement e) => e.GetProperty("ph").GetString()!;

    private static decimal Time(JsonElement e) => e.GetProperty("ts").GetDecimal();

    private static (int Pid, int Tid) Track(JsonElement e) =>
        (e.GetProperty("pid").GetInt32(), e.GetProperty("tid").GetInt32());
}
