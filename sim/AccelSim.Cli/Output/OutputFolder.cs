using AccelSim.Configuration;

namespace AccelSim.Cli.Output;

/// <summary>A folder for results that appears whole or not at all.</summary>
/// <remarks>
/// Files are written into a folder beside the one asked for, which then takes its place. A folder
/// that holds anything but earlier results is left alone.
/// </remarks>
internal sealed class OutputFolder : IDisposable
{
    private static OutputFolder? _open;
    private bool _kept;

    private readonly IReadOnlyList<string> _files;

    private OutputFolder(string path, IReadOnlyList<string> files)
    {
        _files = files;
        Path = path;
        Draft = path.TrimEnd('/', '\\') + ".unfinished";
    }

    /// <summary>The folder that was asked for.</summary>
    public string Path { get; }

    /// <summary>Where files are written until all are there.</summary>
    public string Draft { get; }

    /// <summary>Makes sure that results can be written; null where none are asked for.</summary>
    /// <exception cref="ConfigException">They cannot.</exception>
    public static OutputFolder? Create(string? path) => Create(path, SimulatedRun.Files);

    /// <summary>As the other, for a command that writes other files.</summary>
    /// <param name="path">The folder; null where no results are asked for.</param>
    /// <param name="files">What the command writes.</param>
    /// <param name="inputs">Files that it reads.</param>
    /// <exception cref="ConfigException">They cannot.</exception>
    public static OutputFolder? Create(
        string? path, IReadOnlyList<string> files, params IEnumerable<string?> inputs)
    {
        if (path is null) return null;
        var folder = new OutputFolder(path, files);
        foreach (var file in files)
        {
            if (inputs.Any(one => TextOutput.AreOne(one, System.IO.Path.Combine(path, file))))
                throw Refuse($"holds \"{file}\", which this command reads; name another folder.");
        }
        if (File.Exists(path))
            throw Refuse("is a file; name a folder.");
        var foreign = folder.ForeignEntry();
        if (foreign is not null)
        {
            throw Refuse($"holds \"{foreign}\", which AccelSim did not write; name a new or empty "
                + "folder, or one of earlier results.");
        }
        try
        {
            if (Directory.Exists(folder.Draft)) Directory.Delete(folder.Draft, recursive: true);
            Directory.CreateDirectory(folder.Draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse("cannot be written: " + e.Message);
        }
        _open = folder;
        return folder;

        ConfigException Refuse(string problem) => new("", 0, "--out", $"{path} {problem}");
    }

    /// <summary>Drops what an interrupted command has written so far.</summary>
    public static void DropUnfinished() => _open?.Dispose();

    /// <summary>Puts the folder in place; results of an earlier run go.</summary>
    public void Keep()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        Directory.Move(Draft, Path);
        _kept = true;
    }

    /// <summary>Removes what is unfinished.</summary>
    public void Dispose()
    {
        _open = null;
        if (!_kept && Directory.Exists(Draft)) Directory.Delete(Draft, recursive: true);
    }

    private string? ForeignEntry() => Directory.Exists(Path)
        ? Directory.EnumerateFileSystemEntries(Path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(name => !_files.Contains(name))
        : null;
}
