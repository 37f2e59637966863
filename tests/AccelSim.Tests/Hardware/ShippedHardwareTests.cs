using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class ShippedHardwareTests
{
    public static TheoryData<string> Accelerators => [.. Catalog.Accelerators];

    public static TheoryData<string> Clusters => [.. Catalog.Clusters];

    /// <summary>What the project promises to ship; more is welcome, less is not.</summary>
    [Fact]
    public void PromisedAccelerators_AreAllThere() => Assert.Empty(new[]
    {
        "a100-sxm-40gb", "a100-sxm-80gb", "h100-sxm", "h100-pcie", "h200-sxm", "h800-sxm", "h20",
        "b200", "b300", "gb200", "l4", "l40s", "a10", "a40", "v100-sxm-16gb", "v100-sxm-32gb", "t4",
        "titan-rtx", "titan-xp", "rtx-3090", "rtx-4090", "rtx-pro-6000", "mi250", "mi300x",
        "tpu-v4", "tpu-v5e", "tpu-v6e", "gaudi-2", "gaudi-3", "ascend-910b", "ascend-910c",
        "intel-b60", "intel-max-1550", "xeon-8480plus", "epyc-9654", "apple-m1-max",
        "apple-m2-ultra", "jetson-agx-orin", "snapdragon-8-gen-3", "alveo-u280", "versal-vhk158",
        "kria-kv260", "cerebras-wse-2", "cerebras-wse-3",
    }.Except(Catalog.Accelerators));

    [Fact]
    public void PromisedClusters_AreAllThere() => Assert.Empty(new[]
    {
        "dgx-a100", "dgx-h100", "dgx-h200", "dgx-b200", "gb200-nvl72", "cloudmatrix384",
        "8x-mi250", "2x-rtx-4090-pcie", "h100-l40s-mixed",
    }.Except(Catalog.Clusters));

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void Accelerator_BecomesADeviceWhoseFiguresAllHaveASource(string id)
    {
        var document = Catalog.Open(id);
        var device = Device.From(document.Accelerator, Catalog.Estimators);
        FactSource[] sources =
        [
            device.Capacity.Source, device.KernelLaunch.Source, device.Synchronisation.Source,
            device.HostPerStep.Source, device.RuntimeReserve.Source, device.Idle.Source,
            device.VectorEnergy.Source, device.PricePerHour.Source, device.Electricity.Source,
            device.PowerUsageEffectiveness.Source, device.Tdp.Source,
            .. device.Bandwidth.Values.Select(fact => fact.Source),
            .. device.MemoryEnergy.Values.Select(fact => fact.Source),
            .. device.LinkEnergy.Values.Select(fact => fact.Source),
            .. device.LinkLatency.Values.Select(fact => fact.Source),
            .. Enum.GetValues<NumberFormat>().Select(one => device.MatrixEnergy(one).Source),
        ];
        Assert.Equal(id, device.Spec.Id);
        Assert.All(sources, source => Assert.True(
            source.Line > 0 && source.Reference.Length > 0
                && source.File.StartsWith("hwconfigs/", StringComparison.Ordinal),
            source.ToString()));
        Assert.Contains(device.MainMemory, device.Bandwidth.Keys);
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public void Cluster_LoadsWithItsAccelerators(string id)
    {
        var cluster = Catalog.Open(id).Cluster;
        Assert.Equal(id, cluster.Id);
        Assert.All(cluster.Pools.Values, pool =>
            Assert.Contains(pool.Accelerator.Id, Catalog.Accelerators));
    }

    [Theory]
    [MemberData(nameof(Accelerators))]
    public void Leaves_CanEachBeScaled(string id)
    {
        var document = Catalog.Open(id);
        var before = document.Leaves.Where(leaf => leaf.Value is not null).ToArray();
        foreach (var leaf in before.Where(leaf => leaf.Value > 0))
        {
            try
            {
                var after = document.WithScaled(leaf.Path, 2).Leaves
                    .Single(l => l.Path == leaf.Path);
                Assert.Equal(2 * leaf.Value!.Value, after.Value!.Value, leaf.Value.Value * 1e-9);
            }
            catch (ConfigException e) when (e.Path == leaf.Path)
            {
                // Twice a share may exceed one, twice a flat array's depth is a cube: refused.
            }
        }
    }
}
