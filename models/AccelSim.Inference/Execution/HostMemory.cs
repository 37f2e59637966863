using System.Globalization;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>What this machine's memory holds.</summary>
internal static class HostMemory
{
    private const double Kibi = 1024;

    /// <summary>Refuses what it does not hold, before any of it is taken.</summary>
    /// <param name="bytes">What is needed.</param>
    /// <param name="what">What it is for, in the plural.</param>
    /// <remarks>What is granted is filled at once, so that it counts as taken at the next call.
    /// </remarks>
    /// <exception cref="InfeasiblePlanException">It does not fit.</exception>
    public static void Refuse(double bytes, string what) =>
        Refuse(bytes, what, All("/"), Taken("/"));

    /// <summary>As the other, on a stated machine.</summary>
    /// <param name="bytes">What is needed.</param>
    /// <param name="what">What it is for, in the plural.</param>
    /// <param name="all">Bytes of memory.</param>
    /// <param name="taken">Bytes that this process has taken of it.</param>
    /// <exception cref="InfeasiblePlanException">It does not fit.</exception>
    internal static void Refuse(double bytes, string what, double all, double taken)
    {
        if (bytes <= all - taken) return;
        var beside = bytes <= all ? $" and {Giga(taken)} of it are taken" : "";
        throw new InfeasiblePlanException(
            $"{what} take {Giga(bytes)}, but this machine has {Giga(all)} of memory{beside}.");
    }

    /// <summary>Bytes that a process may have: the machine's memory, or its container's.</summary>
    /// <param name="root">Where the system's own files lie: a slash.</param>
    /// <remarks>
    /// The collector's figure, which stands in where nothing is stated, is of its own heap: three
    /// quarters of a container's, by default; weights and caches lie outside of it.
    /// </remarks>
    internal static double All(string root)
    {
        var all = InKibibytes(Path.Combine(root, "proc/meminfo"), "MemTotal:");
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // Number, controllers and path: control groups of version 2 name no controllers.
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            var (folder, file) = controllers.Length == 0
                ? ("sys/fs/cgroup", "memory.max")
                : ("sys/fs/cgroup/memory", "memory.limit_in_bytes");
            if (controllers.Length > 0 && !controllers.Split(',').Contains("memory")) continue;
            all = Least(all, Limit(Path.Combine(root, folder), path, file));
        }
        return all ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    /// <summary>Bytes that this process has taken and that no file backs.</summary>
    /// <param name="root">Where the system's own files lie: a slash.</param>
    internal static double Taken(string root) =>
        InKibibytes(Path.Combine(root, "proc/self/status"), "RssAnon:") ?? Environment.WorkingSet;

    /// <summary>The least of what a group and those that it is in allow; a container sees its own
    /// as the outermost.</summary>
    private static double? Limit(string root, string path, string file)
    {
        double? least = null;
        for (var group = path.Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
        {
            foreach (var line in Lines(Path.Combine(root, group, file)))
                least = Least(least, Number(line));
            if (group.Length == 0) return least;
        }
    }

    private static double? InKibibytes(string file, string name) => Lines(file)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => Kibi * Number(line[name.Length..].Replace(
            "kB", "", StringComparison.Ordinal)))
        .FirstOrDefault();

    private static string Giga(double bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N0} GB");

    private static double? Least(double? one, double? other) =>
        one is null || other < one ? other : one;

    private static double? Number(string text) => double.TryParse(
        text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
