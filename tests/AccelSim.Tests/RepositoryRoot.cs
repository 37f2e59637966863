namespace AccelSim.Tests;

/// <summary>Finds the checked-out tree that the tests run in.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds AccelSim.sln.</summary>
    public static string Path { get; } = Find();

    /// <summary>
    /// A file of the public data sets beside the checkout; null where it is absent.
    /// </summary>
    public static string? Shared(string relative)
    {
        var path = System.IO.Path.Combine(Path, "..", "shared", relative);
        return File.Exists(path) ? path : null;
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null
            && !File.Exists(System.IO.Path.Combine(folder, "AccelSim.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }
        return folder
            ?? throw new InvalidOperationException("AccelSim.sln is not above the tests.");
    }
}
