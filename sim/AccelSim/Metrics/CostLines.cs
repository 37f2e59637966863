using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Metrics;

/// <summary>What running a replica for a time costs, by component.</summary>
public static class CostLines
{
    /// <summary>Rent; or accelerators and hosts written off, and electricity.</summary>
    /// <param name="deployment">What the replica is made of.</param>
    /// <param name="time">How long.</param>
    /// <param name="energy">What it drew, hosts included.</param>
    public static IEnumerable<LedgerEntry> Of(Deployment deployment, Seconds time, Joules energy)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var device = deployment.Device;
        var price = device.PricePerHour;
        var accelerators = (price.Value * time).Value * deployment.Accelerators;
        if (device.PriceIncludesElectricity)
        {
            yield return new("rent", accelerators, price.Source.Tag);
            yield break;
        }
        yield return new("accelerators", accelerators, price.Source.Tag);
        if (deployment.Node.Host.Purchase is { } bought)
        {
            var host = device.WriteOff(bought);
            yield return new(
                "host", (host.Value * time).Value * deployment.Node.Nodes, host.Source.Tag);
        }
        var electricity = device.Electricity;
        yield return new(
            "electricity",
            (electricity.Value * (device.PowerUsageEffectiveness.Value.Value * energy)).Value,
            electricity.Source.Tag);
    }
}
