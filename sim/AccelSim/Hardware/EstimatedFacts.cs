using AccelSim.Configuration;
using AccelSim.Units;
using Newtonsoft.Json.Linq;

namespace AccelSim.Hardware;

/// <summary>
/// Writes what estimators fill in into an accelerator's tree, as facts of its own.
/// </summary>
/// <remarks>
/// What is derived from a fact that the file states stays derived, so that moving the stated fact
/// moves it too; only idle power is taken from the TDP it is estimated by.
/// </remarks>
internal sealed class EstimatedFacts
{
    private readonly string _path;
    private ConfigNode _tree;

    private EstimatedFacts(ConfigNode tree, string path)
    {
        _tree = tree;
        _path = path;
    }

    /// <summary>The tree with the facts in it.</summary>
    /// <param name="tree">The accelerator's object.</param>
    /// <param name="path">Where it stands in its document, such as <c>$</c>.</param>
    /// <param name="device">The accelerator, completed.</param>
    public static ConfigNode Into(ConfigNode tree, string path, Device device)
    {
        var facts = new EstimatedFacts(tree, path);
        var (overheads, power) = (device.Spec.Overheads, device.Spec.Power);
        facts.Add(overheads.KernelLaunch, device.KernelLaunch, "overheads", "kernelLaunch");
        facts.Add(
            overheads.Synchronisation, device.Synchronisation, "overheads", "synchronisation");
        facts.Add(overheads.HostPerStep, device.HostPerStep, "overheads", "hostPerStep");
        facts.Add(overheads.RuntimeReserve, device.RuntimeReserve, "overheads", "runtimeReserve");
        facts.Add(power.Idle, device.Idle, "power", "idle");
        if (device.Active is { } active) facts.Add(power.Active, active, "power", "active");
        facts.Add(power.VectorEnergy, device.VectorEnergy, "power", "vectorEnergy");
        var formats = Enum.GetValues<NumberFormat>()
            .Where(format => device.MatrixRate(format) is not null).ToArray();
        var derived = power.MatrixEnergy.Count > 0 || (power.VectorEnergy is not null
            && formats.Any(device.Spec.Fabric.MultipliesOnVectors));
        foreach (var format in derived ? [] : formats)
        {
            facts.Add(
                null, device.MatrixEnergy(format), "power", "matrixEnergy",
                FormatNames.Of(format));
        }
        foreach (var (name, energy) in device.MemoryEnergy)
            facts.Add(Stated(power.MemoryEnergy, name), energy, "power", "memoryEnergy", name);
        foreach (var (name, energy) in device.LinkEnergy)
            facts.Add(Stated(power.LinkEnergy, name), energy, "power", "linkEnergy", name);
        foreach (var (name, latency) in device.LinkLatency)
            facts.Add(device.Spec.Links[name].Latency, latency, "links", name, "latency");
        return facts._tree;
    }

    private static Fact<T>? Stated<T>(IReadOnlyDictionary<string, Fact<T>> facts, string name)
        where T : struct, IQuantity<T> =>
        facts.TryGetValue(name, out var fact) ? fact : null;

    private void Add<T>(Fact<T>? stated, Fact<T> estimated, params string[] names)
        where T : struct, IQuantity<T>
    {
        if (stated is not null) return;
        var source = estimated.Source;
        var leaf = new ConfigNode
        {
            Origin = new ConfigOrigin(
                source.File,
                new Dictionary<string, string> { [""] = "assumed: " + source.Reference }),
            Line = source.Line,
            Path = _path + "." + string.Join('.', names),
            Source = "",
            Scalar = new JValue(TextOf(estimated)),
        };
        _tree = With(_tree, names, leaf);
    }

    /// <summary>The shortest text that is read back as the very value.</summary>
    private static string TextOf<T>(Fact<T> fact) where T : struct, IQuantity<T>
    {
        string[] texts =
            [fact.Source.Text, Quantity.Format(fact.Value), Quantity.Format(fact.Value, 17)];
        return texts.FirstOrDefault(text =>
                Quantity.TryParse<T>(text, out var value, out _)
                && value.BaseValue == fact.Value.BaseValue)
            ?? $"{JsonNames.Number(fact.Value.BaseValue)} {T.Dimension.Symbol}".TrimEnd();
    }

    private static ConfigNode With(ConfigNode node, ReadOnlySpan<string> names, ConfigNode leaf)
    {
        if (names.IsEmpty) return leaf;
        var members = new Dictionary<string, ConfigNode>(
            node.Members ?? new Dictionary<string, ConfigNode>());
        var inner = members.GetValueOrDefault(names[0]) ?? new ConfigNode
        {
            Origin = node.Origin,
            Line = node.Line,
            Path = node.Path + "." + names[0],
            Members = new Dictionary<string, ConfigNode>(),
        };
        members[names[0]] = With(inner, names[1..], leaf);
        return node with { Members = members };
    }
}
