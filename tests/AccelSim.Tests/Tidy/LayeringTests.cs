using System.Text.RegularExpressions;

namespace AccelSim.Tests.Tidy;

/// <summary>The house shows the flow: a room uses only the rooms before it.</summary>
public sealed partial class LayeringTests
{
    private static readonly string[] Flow =
    [
        "Units", "Configuration", "Hardware", "Models", "Workloads", "Costs", "Events", "Serving",
        "Metrics", "Studies", "Validation", "Traces", "Calibration", "Imports",
    ];

    /// <summary>Rooms that need less than all before them.</summary>
    private static readonly Dictionary<string, string[]> Only = new()
    {
        ["Workloads"] = ["Units", "Configuration"],
        ["Events"] = ["Units"],
    };

    [Fact]
    public void EveryFolderOfTheLibraryIsARoomOfTheFlow()
    {
        var folders = Directory
            .GetDirectories(Path.Combine(RepositoryRoot.Path, "sim", "AccelSim"))
            .Select(Path.GetFileName)
            .Where(name => name is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(Flow.Order(StringComparer.Ordinal), folders!);
    }

    [Fact]
    public void Rooms_UseOnlyRoomsBeforeThem()
    {
        var offenders = (
            from file in TidyTests.Sources()
            let parts = file.Split('/')
            where parts is ["sim", "AccelSim", _, _, ..]
            let room = parts[2]
            let allowed = Only.GetValueOrDefault(room, Flow[..Array.IndexOf(Flow, room)])
            from Match use in Uses().Matches(TidyTests.Read(file))
            let used = use.Groups["room"].Value
            where used != room && !allowed.Contains(used)
            select $"{file}: {room} uses {used}").Distinct().ToArray();
        Assert.True(offenders.Length == 0, string.Join('\n', offenders));
    }

    [Theory]
    [InlineData("using AccelSim.Metrics;", "Metrics")]
    [InlineData("using Gaps = Metrics.TokenGapHistogram;", "Metrics")]
    [InlineData("using Metrics;", "Metrics")]
    [InlineData("using static Costs.Resource;", "Costs")]
    [InlineData("public Metrics.TokenGapHistogram Gaps", "Metrics")]
    [InlineData("new AccelSim.Costs.Collectives.Routes()", "Costs")]
    [InlineData("result.Metrics.Completed", null)]
    [InlineData("return Metrics;", null)]
    public void Uses_AreFoundHoweverTheyAreQualified(string code, string? room) =>
        Assert.Equal(
            room is null ? [] : new[] { room },
            Uses().Matches(code).Select(use => use.Groups["room"].Value));

    /// <summary>
    /// A whole name, a using, or a name that leads through a room; not a member of something.
    /// </summary>
    [GeneratedRegex(
        @"(?:\bAccelSim\.|^\s*using (?:static )?|(?<![\w.$]))"
        + @"(?<room>Units|Configuration|Hardware|Models|Workloads|Costs|Events|Serving|Metrics"
        + @"|Studies|Traces|Validation|Calibration|Imports)"
        + @"(?:\.[A-Z]|(?<=(?:AccelSim\.|using )\w+);)",
        RegexOptions.Multiline)]
    private static partial Regex Uses();
}
