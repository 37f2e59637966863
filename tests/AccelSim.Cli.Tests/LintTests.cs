namespace AccelSim.Cli.Tests;

public sealed class LintTests
{
    [Fact]
    public void RefusedFile_IsCounted()
    {
        using var folder = new TemporaryFolder();
        var broken = folder.Write("broken.json", """
            {
              "extends": "h100-sxm", "name": "Broken",
              "memory": { "hbm": { "capacity": "80", "bandwidth": "fast" } }
            }
            """);
        var run = Typed.Run("lint", "h100-sxm", broken);
        Assert.Equal("2 files, 1 refused: 2 errors, 0 warnings.\n", run.Out);
        Assert.Equal(2, run.Error.TrimEnd('\n').Split('\n').Length);
        Assert.Equal(ExitCode.WrongInput, run.Code);
    }
}
