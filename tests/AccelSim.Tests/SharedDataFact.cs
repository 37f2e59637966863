namespace AccelSim.Tests;

/// <summary>
/// A test that needs a file of ../shared and skips, saying so, where it is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string relative) => Skip = SharedData.SkipReason(relative);
}

/// <summary>
/// Test cases that need a file of ../shared and skip, saying so, where it is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute(string relative) => Skip = SharedData.SkipReason(relative);
}

internal static class SharedData
{
    public static string? SkipReason(string relative) => RepositoryRoot.Shared(relative) is null
        ? $"../shared/{relative} is not here"
        : null;
}
