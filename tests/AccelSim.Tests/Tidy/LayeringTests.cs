using System.Text.RegularExpressions;

namespace AccelSim.Tests.Tidy;

/// <summary>The house shows the flow: a room uses only the rooms before it.</summary>
public sealed partial class LayeringTests
{
    private static readonly string[] Flow =
    [
        "Units", "Configuration", "Hardware", "Models", "Workloads", "Costs", "Events", "Serving",
        "Metrics", "Studies",
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
            let used = use.Groups[1].Value
            where used != room && !allowed.Contains(used)
            select $"{file}: {room} uses {used}").Distinct().ToArray();
        Assert.True(offenders.Length == 0, string.Join('\n', offenders));
    }

    [GeneratedRegex(@"AccelSim\.([A-Z][A-Za-z]+)\b(?=[.;])")]
    private static partial Regex Uses();
}
