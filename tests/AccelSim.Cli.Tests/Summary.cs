using System.Text.RegularExpressions;

namespace AccelSim.Cli.Tests;

/// <summary>Summaries to be compared.</summary>
internal static partial class Summary
{
    /// <summary>Without what the simulation itself cost.</summary>
    public static string WithoutCost(string json) => Cost().Replace(json, "$1 0");

    [GeneratedRegex("""("(?:wall_seconds|peak_memory_bytes)":) [0-9.eE+-]+""")]
    private static partial Regex Cost();
}
