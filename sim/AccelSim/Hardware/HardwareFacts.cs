using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>
/// The rows of <c>show hardware</c>: what a file states, and what stands in for the rest.
/// </summary>
public static class HardwareFacts
{
    /// <summary>
    /// Every value of the file but fitted figures of kernels, then every gap with its estimate.
    /// </summary>
    /// <exception cref="ConfigException">The file is wrong.</exception>
    public static IReadOnlyList<HardwareFact> Of(HardwareDocument document, Estimators estimators)
    {
        ArgumentNullException.ThrowIfNull(document);
        var leaves = document.Leaves.Where(leaf => !leaf.IsFitted);
        var stated = leaves.Select(leaf => new HardwareFact(
            leaf.Path, leaf.Text, leaf.Source?.Tag, leaf.Source?.Reference ?? "", leaf.File,
            leaf.Line));
        return document.IsCluster
            ? [.. stated]
            :
            [
                .. stated, .. Rates(document.Accelerator),
                .. Gaps(document.Accelerator, estimators),
            ];
    }

    private static IEnumerable<HardwareFact> Rates(Accelerator accelerator)
    {
        foreach (var format in Enum.GetValues<NumberFormat>())
        {
            if (accelerator.Fabric.MatrixRate(format) is { } rate)
            {
                yield return new(
                    "matrix rate, " + FormatNames.Of(format), rate.Value.ToString(), rate.Tag,
                    rate.Formula, rate.Facts[0].File, 0);
            }
        }
    }

    private static IEnumerable<HardwareFact> Gaps(Accelerator accelerator, Estimators estimators)
    {
        var device = Device.From(accelerator, estimators);
        var facts = new List<HardwareFact>();
        Add(facts, "overheads.kernelLaunch", device.KernelLaunch);
        Add(facts, "overheads.synchronisation", device.Synchronisation);
        Add(facts, "overheads.hostPerStep", device.HostPerStep);
        Add(facts, "overheads.runtimeReserve", device.RuntimeReserve);
        Add(facts, "power.idle", device.Idle);
        if (device.Active is { } active) Add(facts, "power.active", active);
        foreach (var format in Enum.GetValues<NumberFormat>())
        {
            if (device.MatrixRate(format) is not null)
            {
                Add(facts, "power.matrixEnergy." + FormatNames.Of(format),
                    device.MatrixEnergy(format));
            }
        }
        Add(facts, "power.vectorEnergy", device.VectorEnergy);
        foreach (var (name, fact) in device.MemoryEnergy)
            Add(facts, "power.memoryEnergy." + name, fact);
        foreach (var (name, fact) in device.LinkEnergy)
            Add(facts, "power.linkEnergy." + name, fact);
        foreach (var (name, fact) in device.LinkLatency)
            Add(facts, $"links.{name}.latency", fact);
        Add(facts, "price.perHour", device.PricePerHour);
        // What the file states is among the leaves already.
        return facts.Where(
            fact => fact.Reference.StartsWith("estimator: ", StringComparison.Ordinal));
    }

    private static void Add<T>(List<HardwareFact> facts, string path, Fact<T> fact)
        where T : struct, IQuantity<T> =>
        facts.Add(new(
            "$." + path, Quantity.Format(fact.Value), fact.Source.Tag, fact.Source.Reference,
            fact.Source.File, fact.Source.Line));
}

/// <summary>One row: a value and what it rests on.</summary>
/// <param name="Path">The field, or the name of a derived figure.</param>
/// <param name="Text">The value.</param>
/// <param name="Tag">What it rests on; null for names and switches.</param>
/// <param name="Reference">The document, or the estimator's formula.</param>
/// <param name="File">Where it was written.</param>
/// <param name="Line">Its line; 0 for derived figures.</param>
public sealed record HardwareFact(
    string Path, string Text, Provenance? Tag, string Reference, string File, int Line);
