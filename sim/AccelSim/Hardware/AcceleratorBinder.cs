using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Reads an accelerator and checks what no single field can tell.</summary>
internal sealed class AcceleratorBinder : IValueBinder
{
    private static readonly NumberFormat[] General =
        [NumberFormat.Bf16, NumberFormat.Fp16, NumberFormat.Fp32];

    /// <summary>
    /// The most levels that a cost model prices: besides them it may have two matrix formats, the
    /// vector engine, three links and four fixed costs, of sixteen resources in all.
    /// </summary>
    private const int MostPricedLevels = 6;

    /// <summary>Below, times outgrow the simulated clock.</summary>
    private static readonly FlopsPerSecond LeastRate = new(1e6);

    /// <inheritdoc/>
    public bool Handles(Type type) => type == typeof(Accelerator);

    /// <inheritdoc/>
    public string Expectation(Type type) => "the name of an accelerator, such as \"h100-sxm\"";

    /// <inheritdoc/>
    public object? Bind(BindingTarget target, BindingSession session)
    {
        var node = target.Node;
        var record = session.BindRecord(typeof(Accelerator), node);
        if (record is not Accelerator accelerator) return null;
        CheckMemory(accelerator, node, session);
        if (accelerator.Fabric is not SocFabric soc
            || (soc.Engines.ContainsKey(soc.MatrixEngine)
                && soc.Engines.ContainsKey(soc.VectorEngine)))
        {
            CheckFormats(accelerator.Fabric, node, session);
            CheckRates(accelerator.Fabric, node, session);
        }
        CheckPower(accelerator, node, session);
        return record;
    }

    private static void CheckMemory(
        Accelerator accelerator, ConfigNode node, BindingSession session)
    {
        var memory = node.Find("memory")!;
        string[] main = [.. accelerator.Memory
            .Where(level => level.Value.Role == MemoryRole.Main)
            .Select(level => level.Key)];
        if (main.Length != 1)
        {
            session.Fail(memory, main.Length == 0
                ? "no level has the role \"main\"; give it to the one that holds the weights."
                : $"{string.Join(" and ", main)} both have the role \"main\"; only one can.");
        }
        var priced = accelerator.Memory.Values.Count(level =>
            level.Role is MemoryRole.Main or MemoryRole.Cache);
        if (priced > MostPricedLevels)
        {
            session.Fail(memory, $"{priced} levels have the role \"main\" or \"cache\"; at most "
                + $"{MostPricedLevels} can be priced. Leave out the ones that limit least.");
        }
        foreach (var name in main)
        {
            var level = accelerator.Memory[name];
            var at = memory.Find(name)!;
            if (level.Bandwidth is null && (level.BusWidth is null || level.PinRate is null))
            {
                session.Fail(at, "lacks \"bandwidth\": text with a unit, such as "
                    + "\"3.35 TB/s\"; \"busWidth\" and \"pinRate\" together also do.");
            }
            if (level.Sharing == MemorySharing.Unit)
            {
                session.Fail(at.Find("sharing")!,
                    "main memory belongs to the whole device; state its total and \"device\".");
            }
        }
    }

    private static void CheckFormats(Fabric fabric, ConfigNode node, BindingSession session)
    {
        if (!General.Any(format => fabric.MatrixRate(format) is not null))
        {
            session.Fail(node.Find("fabric")!,
                "its matrix engine computes in none of bf16, fp16, fp32; state a rate for one.");
        }
        if (!General.Any(format => fabric.VectorRate(format) is not null))
        {
            session.Fail(node.Find("fabric")!,
                "its vector engine computes in none of bf16, fp16, fp32; state a rate for one.");
        }
        if (fabric is NpuFabric { ArrayKind: ArrayKind.Systolic } npu && npu.Depth.Value.Value != 1)
        {
            session.Fail(node.Find("fabric", "depth")!,
                "a systolic array is flat: its depth is 1; a \"cube\" has more.");
        }
    }

    /// <summary>Counts and shares can each be sensible and their product absurd.</summary>
    private static void CheckRates(Fabric fabric, ConfigNode node, BindingSession session)
    {
        foreach (var format in Enum.GetValues<NumberFormat>())
        {
            var slow = new[] { fabric.MatrixRate(format), fabric.VectorRate(format) }
                .FirstOrDefault(rate => rate is not null && rate.Value < LeastRate);
            if (slow is null) continue;
            session.Fail(node.Find("fabric")!,
                $"computes {FormatNames.Of(format)} at {slow.Value.Value:G3} FLOP/s ("
                    + $"{slow.Formula}), too little to be real: at least {LeastRate}; real "
                    + "devices reach GFLOP/s to PFLOP/s.");
            return;
        }
    }

    private static void CheckPower(
        Accelerator accelerator, ConfigNode node, BindingSession session)
    {
        var power = node.Find("power")!;
        Refer(power.Find("memoryEnergy"), accelerator.Memory.Keys, "memory level", session);
        Refer(power.Find("linkEnergy"), accelerator.Links.Keys, "link", session);
        if (accelerator.Power is { Burst: null, BurstTime: not null })
        {
            session.Fail(power.Find("burstTime")!,
                "needs \"burst\" beside it: text with a unit, such as \"700 W\".");
        }
        var tdp = accelerator.Power.Tdp;
        if (accelerator.Power.Idle is { } idle && idle.Value >= tdp.Value)
        {
            // Either may be the wrong one, and they may stand in different files.
            session.Fail(power.Find("idle")!,
                $"idles at {idle.Value}, not below its TDP of {tdp.Value}; check the unit of "
                    + "both.");
            session.Fail(power.Find("tdp")!,
                $"{tdp.Value} is not above the {idle.Value} that it idles at, so that nothing is "
                    + "left to work with.");
        }
    }

    private static void Refer(
        ConfigNode? map, IEnumerable<string> known, string kind, BindingSession session)
    {
        string[] names = [.. known];
        foreach (var (name, value) in map?.Members ?? new Dictionary<string, ConfigNode>())
        {
            if (!names.Contains(name))
            {
                session.Fail(value, $"this device has no {kind} \"{name}\"; "
                    + NearestName.Hint(name, names));
            }
        }
    }
}
