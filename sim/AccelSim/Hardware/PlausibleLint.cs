using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Compares fields with the ranges that <c>estimators.json</c> calls plausible.</summary>
internal static class PlausibleLint
{
    public static void Run(HardwareDocument document, Estimators estimators, LintJudge judge)
    {
        var accelerator = document.Accelerator;
        var leaves = document.Leaves;
        var main = accelerator.Memory.First(level => level.Value.Role == MemoryRole.Main);
        foreach (var range in estimators.Plausible)
        {
            if (range.Class is { } only && only != accelerator.Class) continue;
            if (range.Technology.Count > 0
                && !range.Technology.Contains(main.Value.Technology)) continue;
            if (range.Process.Count > 0 && (accelerator.Die.Process is not { } process
                || !range.Process.Contains(process.Value))) continue;
            Check(range, leaves, main.Key, judge);
        }
    }

    private static void Check(
        PlausibleRange range, IReadOnlyList<FactLeaf> leaves, string main, LintJudge judge)
    {
        var terms = range.Field.Split(" / ");
        var below = terms.Length > 1 ? Matching(terms[1], leaves, main).FirstOrDefault() : null;
        if (terms.Length > 1 && below is null) return;
        foreach (var leaf in Matching(terms[0], leaves, main))
        {
            var value = leaf.Value!.Value / (below?.Value ?? 1);
            if (value >= Bound(range.Min, leaf, below) && value <= Bound(range.Max, leaf, below))
                continue;
            if (below is null)
            {
                judge.Warn(leaf.Source!,
                    $"{leaf.Text} is odd: such devices have {range.Min} to {range.Max}.",
                    "Check for a slip of ten or of a unit's prefix.");
                continue;
            }
            judge.Warn(leaf.Source!,
                $"{leaf.Text} / {below.Text} ({Name(below)}) is odd: such devices have "
                    + $"{range.Min} to {range.Max}.",
                "Check both for a slip of ten or of a unit's prefix.", below.Source!);
        }
    }

    private static string Name(FactLeaf leaf) => leaf.Path[2..];

    private static IEnumerable<FactLeaf> Matching(
        string field, IReadOnlyList<FactLeaf> leaves, string main)
    {
        var wanted = field.Trim()
            .Replace("memory.main.", $"memory.{main}.", StringComparison.Ordinal)
            .Split('.');
        return leaves.Where(leaf =>
        {
            if (leaf.Value is null) return false;
            var path = leaf.Path[2..].Split('.');
            return path.Length == wanted.Length
                && path.Zip(wanted).All(pair => pair.Second == "*" || pair.First == pair.Second);
        });
    }

    /// <summary>
    /// Reads <c>1 GHz</c>, or <c>1.3 USD / 1 GB/s</c> in the units of the two fields.
    /// </summary>
    private static double Bound(string text, FactLeaf above, FactLeaf? below)
    {
        var terms = text.Split(" / ");
        if (terms.Length != (below is null ? 1 : 2)) throw Wrong(text, above);
        var value = Amount(terms[0], above);
        return below is null ? value : value / Amount(terms[1], below);
    }

    private static double Amount(string text, FactLeaf leaf) =>
        leaf.Reader!.Amount(text) ?? throw Wrong(text, leaf);

    private static ConfigException Wrong(string text, FactLeaf leaf) => new(
        Catalog.EstimatorFile, 0, "$.plausible",
        $"\"{text}\" is no bound for {Name(leaf)}; write it like \"{leaf.Text}\".");
}
