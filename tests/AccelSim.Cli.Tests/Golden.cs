namespace AccelSim.Cli.Tests;

/// <summary>Files under golden/ that texts are compared with.</summary>
internal static class Golden
{
    /// <summary>Compares, or writes the file where UPDATE_GOLDEN is set.</summary>
    public static void Compare(string name, string text)
    {
        var path = Path.Combine(
            RepositoryRoot.Path, "tests", "AccelSim.Cli.Tests", "golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }
        Assert.True(
            File.Exists(path), $"{path} is missing; UPDATE_GOLDEN=1 dotnet test writes it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }
}
