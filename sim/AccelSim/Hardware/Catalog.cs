using System.Collections.Concurrent;
using System.Reflection;
using AccelSim.Configuration;

namespace AccelSim.Hardware;

/// <summary>The hardware files that ship inside the program, and those that a user names.</summary>
public static class Catalog
{
    private const string AcceleratorFolder = "hwconfigs/accelerators/";
    private const string ClusterFolder = "hwconfigs/clusters/";
    private const string ClassFolder = "hwconfigs/classes/";
    private static readonly Assembly Assembly = typeof(Catalog).Assembly;

    /// <summary>Embedded name by '/'-separated name; Windows builds embed backslashes.</summary>
    private static readonly SortedDictionary<string, string> Resources = new(
        Assembly.GetManifestResourceNames().ToDictionary(
            name => name.Replace('\\', '/'), name => name),
        StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, KernelClass> Classes = new();

    private static readonly Lazy<Estimators> LazyEstimators = new(() =>
        Hardware.Estimators.Read(ShippedText(EstimatorFile)!, EstimatorFile));

    private static readonly Lazy<Uncertainty> LazyUncertainty = new(() =>
        Hardware.Uncertainty.Read(ShippedText(UncertaintyFile)!, UncertaintyFile));

    /// <summary>The embedded name of what bands are made of.</summary>
    public const string UncertaintyFile = "hwconfigs/uncertainty.json";

    /// <summary>The embedded name of the estimators' data.</summary>
    public const string EstimatorFile = "hwconfigs/estimators.json";

    /// <summary>Ids of the shipped accelerators, in ordinal order.</summary>
    public static IReadOnlyList<string> Accelerators { get; } = Ids(AcceleratorFolder);

    /// <summary>Ids of the shipped clusters, in ordinal order.</summary>
    public static IReadOnlyList<string> Clusters { get; } = Ids(ClusterFolder);

    /// <summary>Ids of the shipped kernel classes, in ordinal order.</summary>
    public static IReadOnlyList<string> KernelClasses { get; } = Ids(ClassFolder);

    /// <summary>The shipped figures for what hardware files leave out.</summary>
    public static Estimators Estimators => LazyEstimators.Value;

    /// <summary>How far prices may be off where a fit does not say it.</summary>
    public static Uncertainty Uncertainty => LazyUncertainty.Value;

    /// <summary>Opens a shipped accelerator or cluster by id, or a file by path.</summary>
    /// <param name="nameOrPath">A path where it ends in .json or holds a separator.</param>
    /// <exception cref="ConfigException">There is none, or it is wrong.</exception>
    public static HardwareDocument Open(string nameOrPath) => HardwareLoader.Open(nameOrPath);

    /// <summary>A shipped kernel class; null where there is none of that name.</summary>
    public static KernelClass? KernelClass(string id)
    {
        var file = ClassFolder + id + ".json";
        return ShippedText(file) is { } text
            ? Classes.GetOrAdd(id, _ => Hardware.KernelClass.Read(text, file))
            : null;
    }

    /// <summary>Whether an argument names a file rather than a shipped id.</summary>
    public static bool IsPath(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        return nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || nameOrPath.Contains('/', StringComparison.Ordinal)
            || nameOrPath.Contains('\\', StringComparison.Ordinal);
    }

    /// <summary>
    /// The embedded name of a shipped accelerator or cluster; null where none is.
    /// </summary>
    internal static string? ShippedName(string id) =>
        new[] { AcceleratorFolder, ClusterFolder }
            .Select(folder => folder + id + ".json")
            .FirstOrDefault(Resources.ContainsKey);

    /// <summary>The text of an embedded file; null where there is none.</summary>
    internal static string? ShippedText(string name)
    {
        if (!Resources.TryGetValue(name, out var resource)) return null;
        using var stream = Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>What to say about an id that is not shipped.</summary>
    internal static string Unknown(string id)
    {
        var near = NearestName.Near(id, [.. Accelerators, .. Clusters]);
        return $"\"{id}\" is not shipped"
            + (near.Count > 0 ? $"; near it: {string.Join(", ", near)}" : "")
            + ". \"accelsim list hardware\" shows all; a path ends in .json.";
    }

    /// <summary>Ids of the embedded files of a folder, in ordinal order.</summary>
    internal static string[] Ids(string folder) =>
    [
        .. Resources.Keys
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name))
            .Order(StringComparer.Ordinal),
    ];
}
