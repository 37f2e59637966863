namespace AccelSim.Reports.Tests;

/// <summary>The checked-out tree that the tests run in.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds AccelSim.sln.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "AccelSim.sln")))
            folder = System.IO.Path.GetDirectoryName(folder);
        return folder
            ?? throw new InvalidOperationException("AccelSim.sln is not above the tests.");
    }
}
