using System.Globalization;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Collects findings; knows the comparisons that several checks share.</summary>
/// <param name="file">The file under test; it may inherit from others.</param>
internal sealed class LintJudge(string file)
{
    /// <summary>So far outside what is plausible, a value is a slip rather than bold.</summary>
    public const double Slip = 3;

    /// <summary>Figures of two files that disagree by this much are a slip of ten.</summary>
    private const double SlipOfTen = 8;

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

    /// <summary>
    /// Warns; or an error where a value is too many times outside what is plausible.
    /// </summary>
    public void Odd(
        double beyond, FactSource at, string problem, string mend,
        params IEnumerable<FactSource> suspects) => Add(
            beyond > Slip ? LintSeverity.Error : LintSeverity.Warning, at, problem, mend, suspects,
            isUnlikely: true);

    /// <summary>Whether the file under test states a fact itself.</summary>
    public bool IsOwn(FactSource fact) => fact.File == file;

    /// <summary>The fact to point at: the first that the file under test states.</summary>
    public FactSource Own(IReadOnlyList<FactSource> facts) =>
        facts.FirstOrDefault(IsOwn) ?? facts[0];

    /// <summary>
    /// Whether figures that disagree do so because a file overrides some and inherits others.
    /// </summary>
    public static bool IsWhatIf(IEnumerable<FactSource> facts, double ratio) =>
        ratio is < SlipOfTen and > 1 / SlipOfTen
            && facts.Select(fact => fact.File).Distinct(StringComparer.Ordinal).Count() > 1;

    /// <summary>The name of the file that a fact stands in.</summary>
    public static string FileOf(FactSource fact) => Path.GetFileName(fact.File);

    /// <summary>The range's distance: 1 inside, else how many times outside.</summary>
    public static double Beyond(double value, double least, double most) =>
        value < least ? least / value : value > most ? value / most : 1;

    /// <summary>Warns where a fact lies outside a range; either end may be open.</summary>
    public void Within<T>(
        Fact<T> fact, Fact<T>? least, Fact<T>? most, string kind,
        params IEnumerable<FactSource> suspects)
        where T : struct, IQuantity<T>
    {
        // Ranges are rounded too: half a per cent over is not over.
        var (low, high) = ((least?.Value.BaseValue ?? 0) / 1.005,
            (most?.Value.BaseValue ?? double.PositiveInfinity) * 1.005);
        var beyond = Beyond(fact.Value.BaseValue, low, high);
        if (beyond == 1) return;
        Odd(beyond, fact.Source,
            $"{fact.Source.Text} is odd: {kind} {least?.Value} to {most?.Value}"
                + PrefixHint.For<T>(fact.Source.Text, value => value >= low && value <= high),
            "Check the unit (bit or byte, G or T) and the technology's name.", suspects);
    }

    /// <summary>Warns where a fact is further than half a decade from a typical one.</summary>
    public void Typical<T>(Fact<T>? fact, Fact<T> typical, string kind)
        where T : struct, IQuantity<T>
    {
        if (fact is not { } stated) return;
        var usual = typical.Value.BaseValue;
        var (low, high) = (usual / HalfDecade, usual * HalfDecade);
        var beyond = Beyond(stated.Value.BaseValue, low, high);
        if (beyond == 1) return;
        Odd(beyond, stated.Source, $"{stated.Source.Text} is odd: {kind} {typical.Value}"
                + PrefixHint.For<T>(stated.Source.Text, value => value >= low && value <= high),
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
        IEnumerable<FactSource> suspects, bool isUnlikely = false) =>
        _findings.Add(new(severity, at.File, at.Line, at.Path, problem, mend)
        {
            IsUnlikely = isUnlikely,
            Suspects = [.. suspects.Select(source => source.Path).Where(path => path != at.Path)],
        });
}
