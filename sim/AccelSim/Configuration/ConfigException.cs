namespace AccelSim.Configuration;

/// <summary>
/// Input is wrong: where, what was found, what would be right. The command exits with 2.
/// </summary>
public sealed class ConfigException : Exception
{
    /// <summary>One problem.</summary>
    /// <param name="file">The file as the user named it; empty where input is not a file.</param>
    /// <param name="line">Line from 1; 0 where none applies.</param>
    /// <param name="path">JSON path or column name; empty where none applies.</param>
    /// <param name="problem">A sentence: what was found and what would be right.</param>
    public ConfigException(string file, int line, string path, string problem)
        : base(Compose(file, line, path, problem))
    {
        File = file;
        Line = line;
        Path = path;
        Problem = problem;
        All = [this];
    }

    private ConfigException(IReadOnlyList<ConfigException> all)
        : base(string.Join('\n', all.Select(one => one.Message)))
    {
        File = all[0].File;
        Line = all[0].Line;
        Path = all[0].Path;
        Problem = all[0].Problem;
        All = all;
    }

    /// <summary>The file as the user named it.</summary>
    public string File { get; }

    /// <summary>Line from 1; 0 where none applies.</summary>
    public int Line { get; }

    /// <summary>JSON path or column name.</summary>
    public string Path { get; }

    /// <summary>What was found and what would be right.</summary>
    public string Problem { get; }

    /// <summary>Every problem found; the properties above tell the first.</summary>
    public IReadOnlyList<ConfigException> All { get; }

    /// <summary>One exception for all problems; its message has one line for each.</summary>
    /// <param name="problems">At least one.</param>
    public static ConfigException Of(IEnumerable<ConfigException> problems)
    {
        ConfigException[] all = [.. problems.SelectMany(problem => problem.All)];
        ArgumentOutOfRangeException.ThrowIfZero(all.Length, nameof(problems));
        return all.Length == 1 ? all[0] : new(all);
    }

    private static string Compose(string file, int line, string path, string problem)
    {
        var where = file + (line > 0 ? $"({line})" : "");
        var what = path.Length > 0 ? $"{path}: {problem}" : problem;
        return where.Length > 0 ? $"{where}: {what}" : what;
    }
}
