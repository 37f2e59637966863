using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Tests.Hardware;

public sealed class ShippedHardwareTests
{
    public static TheoryData<string> Accelerators => [.. Catalog.Accelerators];

    public static TheoryData<string> Clusters => [.. Catalog.Clusters];

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
