using System.Globalization;
using System.Runtime.InteropServices;

namespace AccelSim.Inference.Measuring;

/// <summary>What the operating system says about the processor and its memory.</summary>
/// <param name="Name">As the processor calls itself.</param>
/// <param name="Vendor">Who made it.</param>
/// <param name="Megahertz">Its clock as found, in megahertz; 0 where nobody says.</param>
/// <param name="MemoryBytes">Main memory.</param>
/// <param name="Caches">Levels 2 and up, smallest first; empty where nobody says.</param>
public sealed record MachineFacts(
    string Name, string Vendor, double Megahertz, long MemoryBytes,
    IReadOnlyList<CacheFacts> Caches)
{
    private const string Processors = "/proc/cpuinfo";
    private const string CacheFolder = "/sys/devices/system/cpu/cpu0/cache";

    /// <summary>Asks Linux where it runs, and .NET elsewhere.</summary>
    public static MachineFacts Read()
    {
        var (name, vendor, clock) = (RuntimeInformation.ProcessArchitecture.ToString(), "", 0.0);
        foreach (var line in File.Exists(Processors) ? File.ReadLines(Processors) : [])
        {
            // The first processor stands for all.
            if (line.Length == 0) break;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].Trim())
            {
                case "model name": name = value; break;
                case "vendor_id": vendor = Maker(value); break;
                case "cpu MHz":
                    _ = double.TryParse(value, CultureInfo.InvariantCulture, out clock);
                    break;
            }
        }
        return new MachineFacts(
            name, vendor.Length > 0 ? vendor : "unknown", clock,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, ReadCaches(CacheFolder));
    }

    /// <summary>Reads the caches that a folder of Linux's sysfs lists.</summary>
    /// <param name="folder">With a folder <c>index0</c>, <c>index1</c>, … for each.</param>
    public static IReadOnlyList<CacheFacts> ReadCaches(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        List<CacheFacts> caches = [];
        foreach (var index in Directory.GetDirectories(folder, "index*"))
        {
            if (Text(index, "type") == "Instruction") continue;
            if (!int.TryParse(Text(index, "level"), out var level) || level < 2) continue;
            if (Size(Text(index, "size")) is not { } bytes) continue;
            caches.Add(new CacheFacts(level, bytes, Sharers(Text(index, "shared_cpu_list"))));
        }
        return [.. caches.OrderBy(cache => cache.Level)];
    }

    private static string Maker(string id) => id switch
    {
        "AuthenticAMD" => "AMD",
        "GenuineIntel" => "Intel",
        _ => id,
    };

    private static string Text(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    /// <summary>Bytes of a text such as <c>1024K</c>.</summary>
    private static long? Size(string text)
    {
        if (text.Length < 2) return null;
        var shift = text[^1] switch { 'K' => 10, 'M' => 20, _ => -1 };
        return shift > 0 && long.TryParse(text[..^1], out var count) && count is > 0 and < 1 << 24
            ? count << shift
            : null;
    }

    /// <summary>Processors in a list such as <c>0-3,8-11</c>.</summary>
    private static int Sharers(string list)
    {
        var count = 0;
        foreach (var part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (int.TryParse(ends[0], out var from) && int.TryParse(ends[^1], out var to))
                count += Math.Max(1, to - from + 1);
        }
        return Math.Max(1, count);
    }
}

/// <summary>A cache of the first processor.</summary>
/// <param name="Level">2, 3 and so on.</param>
/// <param name="Bytes">How large one of them is.</param>
/// <param name="Processors">Hardware threads that share it.</param>
public sealed record CacheFacts(int Level, long Bytes, int Processors);
