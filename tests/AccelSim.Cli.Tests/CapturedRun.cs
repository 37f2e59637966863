namespace AccelSim.Cli.Tests;

/// <summary>One capture of the tiny draft model that tests share.</summary>
public sealed class CapturedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CapturedRun()
    {
        Path = _folder["run.jsonl.gz"];
        Run = Capture(Path);
    }

    public static string Draft { get; } =
        System.IO.Path.Combine(RepositoryRoot.Path, "models", "tiny", "draft");

    public string Path { get; }

    internal Typed Run { get; }

    /// <summary>Three requests of twelve and five tokens.</summary>
    internal static Typed Capture(string path) => Typed.Run(
        "capture", "--model", Draft, "--isl", "12", "--osl", "5", "--num-requests", "3",
        "--threads", "2", "--out", path);

    public void Dispose() => _folder.Dispose();
}
