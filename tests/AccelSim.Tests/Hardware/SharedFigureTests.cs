using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Tests.Hardware;

/// <summary>No figure of one chip leaks into another but through a class that says so.</summary>
public sealed class SharedFigureTests
{
    /// <summary>
    /// Two devices that were fitted never agree in all figures of a kernel: one would be a copy.
    /// </summary>
    [Fact]
    public void FiguresThatDevicesHaveInCommon_StandInAClass()
    {
        var seen = new Dictionary<string, string>();
        List<string> copies = [];
        var folder = Path.Combine(RepositoryRoot.Path, "hwconfigs", "accelerators");
        foreach (var file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var root = StrictJson.ReadObject(File.ReadAllText(file), file);
            foreach (var (family, kernel) in root["kernels"] as JObject ?? [])
            {
                if (kernel?["figures"] is not JObject figures) continue;
                var key = family + string.Concat(figures.Properties()
                    .Select(one => $" {one.Name} {((string)one.Value!).Split('@')[0].Trim()}"));
                var name = Path.GetFileNameWithoutExtension(file);
                if (!seen.TryAdd(key, name)) copies.Add($"{family}: {name} and {seen[key]}");
            }
        }
        Assert.Empty(copies);
        Assert.NotEmpty(seen);
    }
}
