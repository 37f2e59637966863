using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class CompletedDocumentTests
{
    public static TheoryData<string> Accelerators => new(Catalog.Accelerators);

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void ACompletedAccelerator_IsTheSameDevice(string id)
    {
        var before = Device.From(Catalog.Open(id).Accelerator, Catalog.Estimators);
        var completed = Catalog.Open(id).Completed(Catalog.Estimators);
        var after = Device.From(completed.Accelerator, Catalog.Estimators);
        Assert.Equal(Values(before), Values(after));
    }

    [Fact]
    public void CompletedFacts_KeepTheEstimatorsReferenceFileAndLine()
    {
        var before = Device.From(Catalog.Open("h100-sxm").Accelerator, Catalog.Estimators);
        var leaf = Catalog.Open("h100-sxm").Completed(Catalog.Estimators).Leaves
            .Single(one => one.Path == "$.overheads.kernelLaunch");
        Assert.Equal(before.KernelLaunch.Source with { Path = leaf.Path }, leaf.Source);
        Assert.Equal(Catalog.EstimatorFile, leaf.File);
    }

    [Fact]
    public void WhatTheFileStates_Stays()
    {
        var text = """
            { "extends": "h100-sxm", "name": "x", "sources": { "a": "assumed: test" },
              "source": "a", "overheads": { "kernelLaunch": "9 us" } }
            """;
        var completed = HardwareDocument.Parse(text, "x.json").Completed(Catalog.Estimators);
        Assert.Equal("9 us", completed.Leaves
            .Single(one => one.Path == "$.overheads.kernelLaunch").Text);
        Assert.Equal("x.json", completed.Accelerator.Overheads.KernelLaunch!.Value.Source.File);
    }

    [Theory]
    [InlineData("dgx-h100")]
    [InlineData("h100-l40s-mixed")]
    public void EveryPoolOfACluster_IsCompleted(string id)
    {
        var completed = Catalog.Open(id).Completed(Catalog.Estimators);
        Assert.All(completed.Cluster.Pools.Values, pool =>
            Assert.NotNull(pool.Accelerator.Overheads.HostPerStep));
        Assert.All(completed.Cluster.Pools.Values, pool =>
            Assert.NotNull(pool.Accelerator.Power.Idle));
    }

    private static string[] Values(Device device) =>
    [
        Exact(device.KernelLaunch), Exact(device.Synchronisation), Exact(device.HostPerStep),
        Exact(device.RuntimeReserve), Exact(device.Idle), Exact(device.VectorEnergy),
        .. Enum.GetValues<NumberFormat>().Where(format => device.MatrixRate(format) is not null)
            .Select(format => Exact(device.MatrixEnergy(format))),
        .. device.MemoryEnergy.Values.Select(Exact),
        .. device.LinkEnergy.Values.Select(Exact),
        .. device.LinkLatency.Values.Select(Exact),
    ];

    private static string Exact<T>(Fact<T> fact) where T : struct, IQuantity<T> =>
        fact.Value.BaseValue.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
