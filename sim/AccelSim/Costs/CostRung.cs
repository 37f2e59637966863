using AccelSim.Configuration;
using AccelSim.Costs.Analytical;
using AccelSim.Costs.Tables;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Costs;

/// <summary>A rung of the cost ladder, or a choice of rungs by family of kernels.</summary>
/// <param name="Name">As users name it.</param>
/// <param name="Make">Makes its cost model for one rank of a deployment.</param>
public sealed record CostRung(
    string Name,
    Func<Device, FormatPlan, IReadOnlyDictionary<CommunicationGroup, GroupLink>, ICostModel> Make)
{
    private const string Table = "table", Trace = "trace";

    /// <summary>The name of the rung that is taken where none is named.</summary>
    public const string Default = "analytical";

    /// <summary>Those that need nothing but hardware files, from the plainest up.</summary>
    public static IReadOnlyList<CostRung> All { get; } =
    [
        new("roofline", (device, formats, links) => new RooflineCostModel(device, formats, links)),
        new("analytical", (device, formats, links) =>
            new AnalyticalCostModel(device, formats, links)),
    ];

    /// <summary>The names of all rungs.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. All.Select(rung => rung.Name), Table, Trace];

    /// <summary>Whether a rung, or one of a choice, interpolates measured times.</summary>
    /// <param name="name">As for <see cref="Named"/>.</param>
    public static bool TakesTimes(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split(',', '=').Any(part => part is Table or Trace);
    }

    /// <summary>A rung by name, or a choice.</summary>
    /// <param name="name">
    /// <c>analytical</c>; or, with rungs of their own for families of kernels,
    /// <c>analytical,decodeAttention=table,linearBf16=roofline</c>.
    /// </param>
    /// <param name="path">The flag or JSON path that named it, for the error.</param>
    /// <param name="tables">
    /// Measured times for the table and the trace rung; null where none are given.
    /// </param>
    /// <exception cref="ConfigException">There is none, or it lacks its tables.</exception>
    public static CostRung Named(string name, string path, TimeTables? tables = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split(',');
        var main = One(parts[0], path, tables);
        if (parts.Length == 1) return main;
        var own = new Dictionary<KernelFamily, CostRung>();
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=') is not [var family, var rung])
            {
                throw new ConfigException("", 0, path,
                    $"\"{part}\" is no choice; write it like decodeAttention=roofline.");
            }
            if (!own.TryAdd(Family(family, path), One(rung, path, tables)))
                throw new ConfigException("", 0, path, $"\"{family}\" is chosen twice.");
        }
        return new CostRung(name, (device, formats, links) => new MixedCostModel(
            name, main.Make(device, formats, links),
            own.GroupBy(pair => pair.Value)
                .SelectMany(rung =>
                {
                    var model = rung.Key.Make(device, formats, links);
                    return rung.Select(pair => (pair.Key, model));
                })
                .ToDictionary(pair => pair.Key, pair => pair.model)));
    }

    private static CostRung One(string name, string path, TimeTables? tables)
    {
        if (name is not (Table or Trace))
        {
            return All.FirstOrDefault(rung => rung.Name == name) ?? throw new ConfigException(
                "", 0, path, $"\"{name}\" is not known; " + NearestName.Hint(name, Names));
        }
        if (tables is null || (tables.Captured is null) == (name == Trace))
        {
            throw new ConfigException("", 0, path, name == Trace
                ? "the trace rung needs a trace of accelsim capture or measure; give it by "
                    + "--tables."
                : "the table rung needs a folder of measured times; give it by --tables.");
        }
        return new CostRung(name, (device, formats, links) => new TableCostModel(
            name, new AnalyticalCostModel(device, formats, links),
            tables.Captured is { } captured
                ? Of(device, captured, tables.Source)
                : Of(device, tables)));
    }

    private static TimeTable Of(Device device, CapturedTimes captured, string file) =>
        device.Spec.Class == DeviceClass.Edge || captured.Class is null
            || captured.Class == device.Spec.Class
            ? captured.Times
            : throw new ConfigException(file, 0, "$.device",
                $"was captured on {captured.Device}, but {device.Spec.Id} is of the class "
                + $"{JsonNames.Of(device.Spec.Class.ToString())}; name the hardware that ran it, "
                + "or replay the trace on the other.");

    private static TimeTable Of(Device device, TimeTables tables) =>
        tables.Devices.GetValueOrDefault(device.Spec.Id) ?? throw new ConfigException(
            tables.Source, 0, "", $"has no times of {device.Spec.Id}; measured: "
            + string.Join(", ", tables.Devices.Keys.Order(StringComparer.Ordinal)) + ".");

    private static KernelFamily Family(string name, string path)
    {
        foreach (var family in Enum.GetValues<KernelFamily>())
        {
            if (JsonNames.Of(family.ToString()) == name) return family;
        }
        throw new ConfigException("", 0, path, $"\"{name}\" is no family of kernels; "
            + NearestName.Hint(name, JsonNames.OfEnum(typeof(KernelFamily))));
    }
}
