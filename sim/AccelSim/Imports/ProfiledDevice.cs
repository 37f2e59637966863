using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Workloads.Readers;

namespace AccelSim.Imports;

/// <summary>A device as a profile describes it (<c>deviceProperties</c>).</summary>
/// <param name="Name">Such as <c>NVIDIA A100-SXM4-80GB</c>.</param>
/// <param name="Memory">Its memory in bytes; null where that is not stated.</param>
/// <param name="Multiprocessors">How many it has; null where that is not stated.</param>
public sealed record ProfiledDevice(string Name, long? Memory, long? Multiprocessors)
{
    /// <summary>
    /// How far apart sizes of one memory are counted: what the driver keeps is not in one of them.
    /// </summary>
    private const double MemoryTolerance = 0.1;

    private const int MostDevices = 1024;

    /// <summary>Reads a list of them; empty where it is none.</summary>
    /// <param name="bytes">A value of JSON.</param>
    internal static IReadOnlyList<ProfiledDevice> Read(ReadOnlyMemory<byte> bytes)
    {
        List<ProfiledDevice> devices = [];
        var reader = new Utf8JsonReader(bytes.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return devices;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject && devices.Count < MostDevices)
                devices.Add(One(ref reader));
            else
                reader.Skip();
        }
        return devices;
    }

    /// <summary>Refuses a profile of another device than the tables would say.</summary>
    /// <param name="devices">Those that the profile names.</param>
    /// <param name="hardware">A shipped accelerator.</param>
    /// <param name="file">The profile, for errors.</param>
    /// <returns>What casts doubt; null where nothing does.</returns>
    /// <exception cref="ConfigException">It is a profile of another shipped accelerator.
    /// </exception>
    public static string? Doubt(
        IReadOnlyList<ProfiledDevice> devices, string hardware, string file)
    {
        ArgumentNullException.ThrowIfNull(devices);
        ArgumentNullException.ThrowIfNull(hardware);
        if (devices.Count == 0) return null;
        if (devices.FirstOrDefault(one => one.IsCalled(hardware)) is { } own)
            return own.Difference(hardware);
        var named = $"names the device {TraceFile.Show(devices[0].Name)}";
        string[] others = [.. Catalog.Accelerators.Where(devices[0].IsCalled)];
        return others.Length == 0
            ? $"the profile {named}, which no shipped accelerator is called; its times will be "
                + $"taken for those of {hardware}."
            : throw new ConfigException(file, 0, "$.deviceProperties",
                $"{named}, but --hardware says {hardware}, so that the tables would tell its times "
                + $"for another's; name what was measured: {string.Join(" or ", others)}.");
    }

    /// <summary>Whether a chip's name is among the words of this one.</summary>
    private bool IsCalled(string hardware)
    {
        var words = Words(Name);
        var parts = hardware.Split('-');
        var chip = Array.Find(parts, part => part.Any(char.IsAsciiDigit));
        return chip is null ? parts.All(words.Contains) : words.Contains(chip);
    }

    /// <summary>What differs from the file of the same chip; null where nothing does.</summary>
    private string? Difference(string hardware)
    {
        var spec = Catalog.Open(hardware).Accelerator;
        var capacity = Device.From(spec, Catalog.Estimators).Capacity.Value;
        var differing =
            Multiprocessors is { } units && spec.Fabric is GpuFabric fabric
                && fabric.Units != units
                ? $"{units} multiprocessors, and {hardware} {fabric.Units}"
            : Memory is { } bytes
                && Math.Abs(bytes / (double)capacity.Value - 1) > MemoryTolerance
                ? $"{bytes / 1e9:F1} GB of memory, and {hardware} {capacity}"
            : null;
        return differing is null
            ? null
            : $"the profile's {Name} has {differing}; its times will be taken for those of "
                + $"{hardware}.";
    }

    private static HashSet<string> Words(string name) => [.. string.Concat(
        name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' '))
        .Split(' ')];

    private static ProfiledDevice One(ref Utf8JsonReader reader)
    {
        var (name, memory, units) = ("", (long?)null, (long?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = JsonNames.Unescape(ref reader);
            reader.Read();
            switch (member)
            {
                case "name" when reader.TokenType == JsonTokenType.String:
                    name = JsonNames.Unescape(ref reader);
                    break;
                case "totalGlobalMem": memory = Whole(ref reader); break;
                case "numSms": units = Whole(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return new ProfiledDevice(name, memory, units);
    }

    private static long? Whole(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            return value;
        reader.Skip();
        return null;
    }
}
