namespace AccelSim.Configuration;

/// <summary>Input is wrong: where, what was found, what would be right. The command exits with 2.</summary>
/// <param name="file">The file as the user named it; empty where input is not a file.</param>
/// <param name="line">Line from 1; 0 where none applies.</param>
/// <param name="path">JSON path or column name; empty where none applies.</param>
/// <param name="problem">A sentence: what was found and what would be right.</param>
public sealed class ConfigException(string file, int line, string path, string problem)
    : Exception(Compose(file, line, path, problem))
{
    /// <summary>The file as the user named it.</summary>
    public string File { get; } = file;

    /// <summary>Line from 1; 0 where none applies.</summary>
    public int Line { get; } = line;

    /// <summary>JSON path or column name.</summary>
    public string Path { get; } = path;

    /// <summary>What was found and what would be right.</summary>
    public string Problem { get; } = problem;

    private static string Compose(string file, int line, string path, string problem)
    {
        var where = file + (line > 0 ? $"({line})" : "");
        var what = path.Length > 0 ? $"{path}: {problem}" : problem;
        return where.Length > 0 ? $"{where}: {what}" : what;
    }
}
