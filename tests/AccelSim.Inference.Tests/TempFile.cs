namespace AccelSim.Inference.Tests;

/// <summary>A file that is gone when the test is.</summary>
internal sealed class TempFile : IDisposable
{
    private readonly string folder =
        Directory.CreateTempSubdirectory("accelsim-").FullName;

    public TempFile(string name, byte[] bytes)
    {
        Path = System.IO.Path.Combine(folder, name);
        File.WriteAllBytes(Path, bytes);
    }

    public string Path { get; }

    /// <summary>Puts another file beside it.</summary>
    public void Beside(string name, byte[] bytes) =>
        File.WriteAllBytes(System.IO.Path.Combine(folder, name), bytes);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
