using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Traces;

namespace AccelSim.Tests.Traces;

/// <summary>Captured operators as a rung of the cost ladder.</summary>
public sealed class TraceRungTests
{
    private static readonly string Trace = Path.Combine(
        RepositoryRoot.Path, "traces/operators/tiny-target-cpu.jsonl.gz");

    private static readonly FormatPlan Formats = FormatPlan.Unquantised(NumberFormat.Fp32);

    private static ICostModel On(
        string hardware, string rung = "trace", FormatPlan? formats = null) =>
        CostRung.Named(rung, "--x", TraceTimes.Read(Trace)).Make(
            Device.From(Catalog.Open(hardware).Accelerator, Catalog.Estimators),
            formats ?? Formats, new Dictionary<CommunicationGroup, GroupLink>());

    private static (Operator One, double Seconds) Captured(string name) =>
        new CapturedOperators(Trace).Medians.First(one => one.One.Name == name);

    [Theory]
    [InlineData("mlp.gate_up_proj")]
    [InlineData("attention.decode")]
    [InlineData("lm_head")]
    [InlineData("attention.rope")]
    [InlineData("final.norm")]
    public void ACapturedOperator_CostsItsMedian_AndSaysMeasured(string name)
    {
        var (one, seconds) = Captured(name);
        On("epyc-7763").Price(one, out var cost);
        Assert.Equal(seconds, cost.Seconds, 15);
        Assert.Equal(Provenance.Measured, cost.Tag);
    }

    [Fact]
    public void Between_TimesAreLinear()
    {
        var sizes = new CapturedOperators(Trace).Medians
            .Where(one => one.One.Name == "mlp.down_proj").OrderBy(one => one.One.M).ToArray();
        var gap = Enumerable.Range(0, sizes.Length - 1)
            .First(i => sizes[i + 1].One.M - sizes[i].One.M > 1);
        var (low, high) = (sizes[gap], sizes[gap + 1]);
        On("epyc-7763").Price(low.One with { M = low.One.M + 1 }, out var cost);
        var share = 1.0 / (high.One.M - low.One.M);
        Assert.Equal((1 - share) * low.Seconds + share * high.Seconds, cost.Seconds, 12);
    }

    [Fact]
    public void WhatWasNotCaptured_IsTheRungBelow_AndReported()
    {
        var one = Captured("mlp.down_proj").One with { M = 100_000 };
        var trace = On("epyc-7763");
        trace.Price(one, out var cost);
        On("epyc-7763", "analytical").Price(one, out var below);
        Assert.Equal(below.Seconds, cost.Seconds);
        Assert.Contains(trace.Beyond, beyond => beyond.Size == 100_000);
    }

    [Fact]
    public void OtherHardwareThanWhatRanIt_IsTold() => Assert.EndsWith(
        "$.device: was captured on AMD EPYC, but h100-sxm is of the class gpu; name the hardware "
        + "that ran it, or replay the trace on the other.",
        Assert.Throws<ConfigException>(() => On(
            "h100-sxm", formats: FormatPlan.Unquantised(NumberFormat.Bf16))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void WhatAReplayWrote_MeasuresNothing()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var trace = new TraceReader(Trace);
            using (new TraceWriter(file, trace.Header with
            {
                Device = new TraceDevice
                {
                    Name = "h100-sxm", Backend = TraceDevice.Simulated,
                },
            }, trace.Config))
            {
            }
            var error = Assert.Throws<ConfigException>(() => TraceTimes.Read(file));
            Assert.Contains(
                "$.device.backend: is \"simulated\": a replay wrote these times",
                error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("trace", "--x: the trace rung needs a trace of accelsim capture or measure; "
        + "give it by --tables.")]
    [InlineData("table", "--x: the table rung needs a folder of measured times; give it "
        + "by --tables.")]
    public void WithoutTimes_OrWithThoseOfTheOther_ItIsTold(string rung, string message)
    {
        Assert.Equal(message, Assert.Throws<ConfigException>(
            () => CostRung.Named(rung, "--x")).Message);
        var others = rung == "table"
            ? TraceTimes.Read(Trace)
            : new AccelSim.Costs.Tables.TimeTables(
                "T", new Dictionary<string, AccelSim.Costs.Tables.TimeTable>());
        Assert.Equal(message, Assert.Throws<ConfigException>(
            () => CostRung.Named(rung, "--x", others)).Message);
    }
}
