using AccelSim.Configuration;
using AccelSim.Costs.Analytical;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>A rung of the cost ladder.</summary>
/// <param name="Name">As users name it.</param>
/// <param name="Make">Makes its cost model for one rank of a deployment.</param>
public sealed record CostRung(
    string Name,
    Func<Device, FormatPlan, IReadOnlyDictionary<CommunicationGroup, GroupLink>, ICostModel> Make)
{
    /// <summary>The name of the rung that is taken where none is named.</summary>
    public const string Default = "roofline";

    /// <summary>All of them, from the plainest up.</summary>
    public static IReadOnlyList<CostRung> All { get; } =
    [
        new("roofline", (device, formats, links) => new RooflineCostModel(device, formats, links)),
        new("analytical", (device, formats, links) =>
            new AnalyticalCostModel(device, formats, links)),
    ];

    /// <summary>A rung by name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">The flag or JSON path that named it, for the error.</param>
    /// <exception cref="ConfigException">There is none.</exception>
    public static CostRung Named(string name, string path) =>
        All.FirstOrDefault(rung => rung.Name == name) ?? throw new ConfigException(
            "", 0, path, $"\"{name}\" is not known; "
            + NearestName.Hint(name, [.. All.Select(rung => rung.Name)]));
}
