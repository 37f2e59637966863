using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Collects findings; knows the comparisons that several checks share.</summary>
internal sealed class LintJudge
{
    /// <summary>
    /// Half a decade: further from typical than this, a slip of ten is as likely.
    /// </summary>
    private static readonly double HalfDecade = Math.Sqrt(10);

    private readonly List<LintFinding> _findings = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<LintFinding> Findings => _findings;

    public void Warn(
        FactSource at, string problem, string mend, params IEnumerable<FactSource> suspects) =>
        Add(LintSeverity.Warning, at, problem, mend, suspects);

    public void Error(
        FactSource at, string problem, string mend, params IEnumerable<FactSource> suspects) =>
        Add(LintSeverity.Error, at, problem, mend, suspects);

    /// <summary>Warns where a fact lies outside a range; either end may be open.</summary>
    public void Within<T>(
        Fact<T> fact, Fact<T>? least, Fact<T>? most, string kind,
        params IEnumerable<FactSource> suspects)
        where T : struct, IQuantity<T>
    {
        var value = fact.Value.BaseValue;
        // Ranges are rounded too: half a per cent over is not over.
        if (value >= (least?.Value.BaseValue ?? 0) / 1.005
            && value <= (most?.Value.BaseValue ?? double.PositiveInfinity) * 1.005) return;
        Warn(fact.Source,
            $"{fact.Source.Text} is odd: {kind} {least?.Value} to {most?.Value}.",
            "Check the unit (bit or byte, G or T) and the technology's name.", suspects);
    }

    /// <summary>Warns where a fact is further than half a decade from a typical one.</summary>
    public void Typical<T>(Fact<T>? fact, Fact<T> typical, string kind)
        where T : struct, IQuantity<T>
    {
        if (fact is not { } stated) return;
        var ratio = stated.Value.BaseValue / typical.Value.BaseValue;
        if (ratio <= HalfDecade && ratio >= 1 / HalfDecade) return;
        Warn(stated.Source, $"{stated.Source.Text} is odd: {kind} {typical.Value}.",
            "Check the unit (ns, us, ms; pJ/bit, pJ/B).");
    }

    /// <summary>Warns of a name that the estimators do not know.</summary>
    public void UnknownTechnology(
        string technology, FactSource beside, string kind, IEnumerable<string> known) =>
        Warn(beside with { Path = beside.Path[..beside.Path.LastIndexOf('.')] + ".technology" },
            $"\"{technology}\" is no known {kind} technology;",
            NearestName.Hint(technology, [.. known]));

    /// <summary>Whether a ratio is what it should be.</summary>
    public static bool Near(double ratio, double expected, double tolerance) =>
        Math.Abs(ratio / expected - 1) <= tolerance;

    /// <summary>A ratio in words, such as <c>2.01 times</c>.</summary>
    public static string Times(double ratio) =>
        ratio.ToString(ratio >= 999.5 ? "N0" : "G3", CultureInfo.InvariantCulture) + " times";

    private void Add(
        LintSeverity severity, FactSource at, string problem, string mend,
        IEnumerable<FactSource> suspects) =>
        _findings.Add(new(severity, at.File, at.Line, at.Path, problem, mend)
        {
            Suspects = [.. suspects.Select(source => source.Path)],
        });
}
