using System.Text.RegularExpressions;

namespace AccelSim.Tests.Tidy;

/// <summary>The house rules that a compiler does not know; each lists all offenders.</summary>
public sealed partial class TidyTests
{
    private const int MostColumns = 100;
    private const int MostLines = 500;
    private const int MostFunctionLines = 60;

    private static readonly string[] Rooms = ["sim", "models", "reports", "tests"];

    /// <summary>What makes runs differ from each other, and what to use instead.</summary>
    private static readonly (string Call, string Instead)[] Banned =
    [
        ("DateTime.Now", "simulated time"),
        ("DateTime.UtcNow", "simulated time"),
        ("Stopwatch", "simulated time"),
        ("new Random(", "SimRandom"),
        ("Random.Shared", "SimRandom"),
        ("Guid.NewGuid", "a number in order"),
        ("Environment.TickCount", "simulated time"),
        ("Console.", "a return value: the library prints nothing"),
    ];

    [Fact]
    public void Lines_HaveAtMost100Columns() => AssertNone(
        from file in Sources()
        from line in Lines(file)
        where line.Text.Length > MostColumns
        select $"{file}:{line.Number}: {line.Text.Length} columns");

    [Fact]
    public void Files_HaveAtMost500Lines() => AssertNone(
        from file in Sources()
        let count = Lines(file).Count()
        where count > MostLines
        select $"{file}: {count} lines");

    /// <summary>Tests hold tables of cases, which are as long as they are.</summary>
    [Fact]
    public void Functions_HaveAtMost60Lines() => AssertNone(
        from file in Sources()
        where !file.StartsWith("tests/", StringComparison.Ordinal)
        from function in Functions(file)
        where function.Lines > MostFunctionLines
        select $"{file}:{function.Start}: {function.Lines} lines");

    [Fact]
    public void Library_CallsNothingThatMakesRunsDiffer() => AssertNone(
        from file in Sources()
        where file.StartsWith("sim/AccelSim/", StringComparison.Ordinal)
        from line in Lines(file)
        from banned in Banned
        where line.Text.Contains(banned.Call, StringComparison.Ordinal)
            && !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{file}:{line.Number}: {banned.Call}: use {banned.Instead}");

    [Fact]
    public void NothingIsLeftToFix() => AssertNone(
        from file in Sources()
        where !file.EndsWith("TidyTests.cs", StringComparison.Ordinal)
        from line in Lines(file)
        where LeftOver().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void FilesHaveNoTabsNoTrailingSpaceAndOneEnd() => AssertNone(
        from file in Sources()
        let text = Read(file)
        where text.Contains('\t', StringComparison.Ordinal)
            || text.Contains(" \n", StringComparison.Ordinal)
            || text.Contains('\r', StringComparison.Ordinal)
            || !text.EndsWith('\n')
            || text.EndsWith("\n\n", StringComparison.Ordinal)
        select file);

    internal static IEnumerable<string> Sources() => Rooms
        .Select(room => Path.Combine(RepositoryRoot.Path, room))
        .Where(Directory.Exists)
        .SelectMany(room => Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)
            && !path.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    internal static string Read(string file) =>
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, file));

    private static IEnumerable<(int Number, string Text)> Lines(string file) =>
        Read(file).TrimEnd('\n').Split('\n').Select((text, index) => (index + 1, text));

    /// <summary>
    /// Bodies in braces whose opening line is indented by one or two levels and does not declare a
    /// type: methods, constructors and properties, as the formatter lays them out.
    /// </summary>
    private static IEnumerable<(int Start, int Lines)> Functions(string file)
    {
        var lines = Lines(file).ToArray();
        for (var i = 1; i < lines.Length; i++)
        {
            var text = lines[i].Text;
            var indent = Indent(text);
            if (text.Trim() != "{" || indent is not (4 or 8)) continue;
            var head = i - 1;
            while (head > 0 && Indent(lines[head].Text) > indent) head--;
            if (TypeHead().IsMatch(lines[head].Text)) continue;
            var end = i + 1;
            while (end < lines.Length && !lines[end].Text.StartsWith(
                new string(' ', indent) + "}", StringComparison.Ordinal)) end++;
            yield return (head + 1, end - i - 1);
        }
    }

    private static int Indent(string text) => text.Length - text.TrimStart().Length;

    private static void AssertNone(IEnumerable<string> offenders)
    {
        var all = offenders.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    [GeneratedRegex(@"\b(FIXME|TODO|XXX|HACK)\b|NotImplementedException")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace)\b")]
    private static partial Regex TypeHead();
}
