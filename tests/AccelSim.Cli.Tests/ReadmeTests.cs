using System.Text.RegularExpressions;

namespace AccelSim.Cli.Tests;

/// <summary>What the README shows is what the commands print.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme =
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "README.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> Commands => [.. Blocks()
        .Select(block => block.Command)
        .Where(command => RepositoryRoot.Shared("workloads/README.md") is not null
            || !command.Contains("../shared", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_PrintsWhatTheReadmeShows(string command)
    {
        var shown = Blocks().Single(block => block.Command == command).Output;
        using var folder = new TemporaryFolder();
        var chip = Blocks("$ cat my-chip.json").Single().Output;
        folder.Write("my-chip.json", chip);
        var shared = Path.Combine(RepositoryRoot.Path, "..", "shared");
        var run = Typed.Run(command["accelsim ".Length..]
            .Replace("my-chip.json", folder["my-chip.json"], StringComparison.Ordinal)
            .Replace("out/", folder.Path + "/", StringComparison.Ordinal)
            .Replace("../shared", shared, StringComparison.Ordinal)
            .Replace(" models/", $" {RepositoryRoot.Path}/models/", StringComparison.Ordinal)
            .Replace(" traces/", $" {RepositoryRoot.Path}/traces/", StringComparison.Ordinal));
        var printed = (run.Out + run.Error)
            .Replace(shared, "../shared", StringComparison.Ordinal)
            .Replace(folder["my-chip.json"], "my-chip.json", StringComparison.Ordinal)
            .Replace(folder.Path + "/", "out/", StringComparison.Ordinal);
        AssertShown(Steady(shown).Split('\n'), Steady(printed).TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Figures_AreThoseOfTheFidelityPage()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "fidelity.md"))
            .Replace("*", "", StringComparison.Ordinal);
        var from = Readme.IndexOf("| | own device | data sheet only |", StringComparison.Ordinal);
        var table = Readme[from..Readme.IndexOf("\n\n", from, StringComparison.Ordinal)];
        string[] figures = [.. Errors().Matches(table).Select(match => match.Value)];
        Assert.InRange(figures.Length, 10, 20);
        Assert.All(figures, figure => Assert.Contains(
            $" {figure} |", page, StringComparison.Ordinal));
    }

    /// <summary>A line of "…" stands for any lines.</summary>
    private static void AssertShown(string[] shown, string[] printed)
    {
        var at = 0;
        var anywhere = false;
        foreach (var line in shown)
        {
            if (line == "…")
            {
                anywhere = true;
                continue;
            }
            var found = anywhere ? Array.IndexOf(printed, line, at) : at;
            Assert.True(found >= 0 && found < printed.Length, $"not printed: {line}");
            Assert.Equal(line, printed[found]);
            (at, anywhere) = (found + 1, false);
        }
    }

    /// <summary>The blocks whose first line is a command, with what follows it.</summary>
    private static IEnumerable<(string Command, string Output)> Blocks(
        string prefix = "$ accelsim ") =>
        from Match match in Block().Matches(Readme)
        let text = Continued().Replace(match.Groups[1].Value, " ")
        where text.StartsWith(prefix, StringComparison.Ordinal)
        let end = text.IndexOf('\n', StringComparison.Ordinal)
        select (text[2..end], text[(end + 1)..].TrimEnd('\n'));

    /// <summary>Wall time and memory differ from run to run.</summary>
    private static string Steady(string text) => Cost().Replace(text, "in WALL$1MEMORY.");

    [GeneratedRegex(@"in \S+ \S+(: [\d,]+ steps?, [\d,]+ events?; peak memory )\S+ \S+\.")]
    private static partial Regex Cost();

    [GeneratedRegex(@"```\n(\$ [\s\S]*?)```")]
    private static partial Regex Block();

    /// <summary>A median and a 90th percentile.</summary>
    [GeneratedRegex(@"[\d.]+ / [\d.]+ %")]
    private static partial Regex Errors();

    [GeneratedRegex(@" \\\n +")]
    private static partial Regex Continued();
}
