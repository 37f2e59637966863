using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Validation;

/// <summary>A rung of the cost ladder that can be judged.</summary>
/// <param name="Name">As users name it.</param>
/// <param name="Make">Makes its cost model for one rank of a deployment.</param>
public sealed record Rung(
    string Name,
    Func<Device, FormatPlan, IReadOnlyDictionary<CommunicationGroup, GroupLink>, ICostModel> Make)
{
    /// <summary>All of them, from the plainest up.</summary>
    public static IReadOnlyList<Rung> All { get; } =
    [
        new("roofline", (device, formats, links) => new RooflineCostModel(device, formats, links)),
    ];

    /// <summary>A rung by name.</summary>
    /// <exception cref="ConfigException">There is none.</exception>
    public static Rung Named(string name) =>
        All.FirstOrDefault(rung => rung.Name == name) ?? throw new ConfigException(
            "", 0, "--rung", $"\"{name}\" is not known; "
            + NearestName.Hint(name, [.. All.Select(rung => rung.Name)]));
}
