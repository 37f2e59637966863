using System.Globalization;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Measuring;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace AccelSim.Cli.Output;

/// <summary>A hardware file of the machine that this runs on.</summary>
/// <param name="survey">What was measured.</param>
internal sealed class MeasuredHardware(CpuSurvey survey)
{
    private const double UsualHertz = 3e9;

    private readonly MachineFacts _machine = survey.Machine;
    private readonly MachineLimits _limits = survey.Limits;
    private readonly int _threads = survey.Threads;

    /// <summary>The file.</summary>
    public string Text()
    {
        // Only the product of lanes and clock was measured. Lanes are a power of two: the one
        // that brings the clock nearest to what the machine states, or to a usual one.
        var stated = _machine.Megahertz > 0 ? _machine.Megahertz * 1e6 : UsualHertz;
        var each = _limits.FlopsPerSecond / _threads;
        var lanes = Math.Pow(2, Math.Round(Math.Log2(each / stated)));
        return new JObject
        {
            ["name"] = $"{_machine.Name}, {Figures.Plural(_threads, "thread")}",
            ["vendor"] = _machine.Vendor,
            ["class"] = "cpu",
            ["sources"] = Sources(),
            ["source"] = "m",
            ["fabric"] = new JObject
            {
                ["sockets"] = "1 @one",
                ["coresPerSocket"] = $"{_threads} @os",
                ["clock"] = Quantity(each / lanes / 1e9, "GHz", "m"),
                ["simd"] = new JObject
                {
                    ["fp64"] = Quantity(lanes / 2, "FLOP/cycle", "half"),
                    ["fp32"] = Quantity(lanes, "FLOP/cycle", "lanes"),
                    ["int8"] = Quantity(
                        survey.Integers / _threads * lanes / each, "OP/cycle", "int8"),
                },
            },
            ["memory"] = Memory(),
            ["power"] = new JObject { ["tdp"] = Quantity(Watts(), "W", "power") },
            ["overheads"] = new JObject
            {
                ["kernelLaunch"] = Quantity(survey.Launch * 1e6, "us", "m"),
                ["runtimeReserve"] = Quantity(_machine.MemoryBytes / 8e9, "GB", "reserve"),
            },
        }.ToString(Formatting.Indented) + "\n";
    }

    /// <summary>Nobody states it; the least machines with DDR5 read 25 GB/s.</summary>
    private string Technology =>
        _limits.ReadBytesPerSecond < 25e9 ? "DDR4" : "DDR5";

    private JObject Sources() => new()
    {
        ["m"] = $"measured: accelsim measure, {_threads} threads",
        ["os"] = "measured: what the operating system states; a thread counts as a core",
        ["lanes"] = "assumed: a power of two; with the clock, the measured rate",
        ["int8"] = "measured: accelsim measure, int8 products as W8A8 takes them; with the clock",
        ["one"] = "assumed: the threads share one memory",
        ["half"] = "assumed: half the fp32 rate, as the width of the lanes allows",
        ["power"] = "assumed: 40 pJ/FLOP and 160 pJ/B at the measured rates, and a third more",
        ["reserve"] = "assumed: an eighth of memory for the operating system and others",
    };

    private JObject Memory()
    {
        var memory = new JObject
        {
            ["dram"] = new JObject
            {
                ["role"] = "main", ["technology"] = Technology,
                ["capacity"] = Quantity(_machine.MemoryBytes / 1073741824.0, "GiB", "os"),
                ["bandwidth"] = Quantity(_limits.ReadBytesPerSecond / 1e9, "GB/s", "m"),
            },
        };
        foreach (var cache in _machine.Caches.Reverse())
        {
            var one = new JObject { ["role"] = "cache", ["technology"] = "SRAM" };
            memory["l" + cache.Level.ToString(CultureInfo.InvariantCulture)] = one;
            if (cache.Level == 2)
            {
                one["capacity"] = Quantity(
                    cache.Total(_threads) / 1024.0 / _threads, "KiB", "os");
                one["sharing"] = "unit";
                continue;
            }
            one["capacity"] = Quantity(cache.Total(_threads) / 1048576.0, "MiB", "os");
        }
        return memory;
    }

    private double Watts() => Math.Ceiling(
        (_limits.FlopsPerSecond * 40e-12 + _limits.ReadBytesPerSecond * 160e-12) * 4 / 3);

    private static string Quantity(double value, string unit, string source) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.####} {unit} @{source}");
}
