namespace AccelSim.Reports.Tests;

/// <summary>Compares with a checked-in text; <c>UPDATE_GOLDEN=1</c> writes it anew.</summary>
internal static class Golden
{
    private static readonly string Folder = Path.Combine(
        Checkout.Path, "tests", "AccelSim.Reports.Tests", "golden");

    public static void Check(string name, string text)
    {
        var file = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, text);
        }
        Assert.True(File.Exists(file), $"{file} is missing; UPDATE_GOLDEN=1 writes it.");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }
}
