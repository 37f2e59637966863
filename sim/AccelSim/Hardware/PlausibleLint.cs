using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Compares fields with the ranges that <c>estimators.json</c> calls plausible.</summary>
internal static class PlausibleLint
{
    public static void OfAccelerator(
        HardwareDocument document, Estimators estimators, LintJudge judge) =>
        Run(document.Accelerator, null, "", document.Leaves, (estimators, judge));

    public static void OfCluster(
        HardwareDocument document, Estimators estimators, LintJudge judge)
    {
        foreach (var (name, pool) in document.Cluster.Pools)
        {
            Run(pool.Accelerator, document.Cluster.Network?.Technology ?? "", name,
                document.Leaves, (estimators, judge));
        }
    }

    private static void Run(
        Accelerator accelerator, string? network, string pool, IReadOnlyList<FactLeaf> leaves,
        (Estimators Estimators, LintJudge Judge) with)
    {
        var main = accelerator.Memory.First(level => level.Value.Role == MemoryRole.Main);
        foreach (var range in with.Estimators.Plausible)
        {
            if (range.Class is { } only && only != accelerator.Class) continue;
            if (range.Technology.Count > 0
                && !range.Technology.Contains(main.Value.Technology)) continue;
            if (range.Network.Count > 0 && !range.Network.Contains(network)) continue;
            if (range.Process.Count > 0 && (accelerator.Die.Process is not { } process
                || !range.Process.Contains(process.Value))) continue;
            var field = range.Field
                .Replace("memory.main.", $"memory.{main.Key}.", StringComparison.Ordinal)
                .Replace("pools.*.", $"pools.{pool}.", StringComparison.Ordinal);
            Check(range, field.Split(" / "), leaves, with.Judge);
        }
    }

    private static void Check(
        PlausibleRange range, string[] terms, IReadOnlyList<FactLeaf> leaves, LintJudge judge)
    {
        FactLeaf[] below =
            [.. terms[1..].SelectMany(term => Matching(term, leaves).Take(1))];
        if (below.Length < terms.Length - 1) return;
        foreach (var leaf in Matching(terms[0], leaves))
        {
            FactLeaf[] all = [leaf, .. below];
            var (least, most) = (Bound(range.Min, all), Bound(range.Max, all));
            var beyond = LintJudge.Beyond(Quotient(all), least, most);
            if (beyond == 1) continue;
            FactSource[] facts = [.. all.Select(one => one.Source!)];
            var at = Array.IndexOf(facts, judge.Own(facts));
            var above = leaf.Text + (at == 0 ? "" : $" ({Name(leaf)})");
            var quotient = string.Concat(below.Select(one => $" / {one.Text} ({Name(one)})"));
            var hint = PrefixHint.For(all[at].Text, all[at].Reader!, amount =>
            {
                FactLeaf[] meant = [.. all];
                meant[at] = all[at] with { Value = amount };
                return LintJudge.Beyond(Quotient(meant), least, most) == 1;
            });
            // A number that a program counted is no slip of the pen: two cores are only unusual.
            if (all[at].Dimension == Count.Dimension && facts[at].Tag == Provenance.Measured)
                beyond = Math.Min(beyond, LintJudge.Slip);
            judge.Odd(beyond, facts[at],
                $"{above}{quotient} is odd: such devices have {range.Min} to {range.Max}{hint}",
                below.Length switch
                {
                    0 => "Check for a slip of ten or of a unit's prefix.",
                    1 => "Check both for a slip of ten or of a unit's prefix.",
                    _ => "Check all of them for a slip of ten or of a unit's prefix.",
                },
                facts);
        }
    }

    private static double Quotient(FactLeaf[] terms) =>
        terms.Skip(1).Aggregate(terms[0].Value!.Value, (rest, one) => rest / one.Value!.Value);

    private static string Name(FactLeaf leaf) => leaf.Path[2..];

    private static IEnumerable<FactLeaf> Matching(string field, IReadOnlyList<FactLeaf> leaves)
    {
        var wanted = field.Trim().Split('.');
        return leaves.Where(leaf =>
        {
            if (leaf.Value is null) return false;
            var path = leaf.Path[2..].Split('.');
            return path.Length == wanted.Length
                && path.Zip(wanted).All(pair => pair.Second == "*" || pair.First == pair.Second);
        });
    }

    /// <summary>
    /// Reads <c>1 GHz</c>, or <c>1.3 USD / 1 GB/s</c> in the units of the fields.
    /// </summary>
    private static double Bound(string text, FactLeaf[] fields)
    {
        var terms = text.Split(" / ");
        if (terms.Length != fields.Length) throw Wrong(text, fields[0]);
        return terms.Zip(fields, Amount).Aggregate((above, one) => above / one);
    }

    private static double Amount(string text, FactLeaf leaf) =>
        leaf.Reader!.Amount(text) ?? throw Wrong(text, leaf);

    private static ConfigException Wrong(string text, FactLeaf leaf) => new(
        Catalog.EstimatorFile, 0, "$.plausible",
        $"\"{text}\" is no bound for {Name(leaf)}; write it like \"{leaf.Text}\".");
}
