using AccelSim.Configuration;

namespace AccelSim.Cli.Output;

/// <summary>Files that a command makes.</summary>
internal static class TextOutput
{
    /// <summary>
    /// Makes sure that a file can be written, before the work that it is for; makes its folder.
    /// </summary>
    /// <param name="file">The path as the user gave it; null where none is asked for.</param>
    /// <param name="flag">The flag that names it.</param>
    /// <param name="others">Files that the command reads, or writes too; null: none.</param>
    /// <remarks>A file that is there stays as it is until it is written.</remarks>
    /// <exception cref="ConfigException">It cannot be written.</exception>
    public static void Prepare(string? file, string flag, params IEnumerable<string?> others)
    {
        if (file is null) return;
        if (Directory.Exists(file)) throw Wrong("is a folder; name a file in it.");
        var full = Path.GetFullPath(file);
        if (others.Any(other => AreOne(other, file)))
            throw Wrong("is named twice in this command; name another file.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full) ?? full);
            var isNew = !File.Exists(file);
            using (File.Open(file, FileMode.OpenOrCreate, FileAccess.Write))
            {
            }
            if (isNew) File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong("cannot be written: " + e.Message);
        }

        ConfigException Wrong(string problem) => new("", 0, flag, $"{file} {problem}");
    }

    /// <summary>Whether two paths lead to one file, be it by links.</summary>
    /// <param name="one">A path; null or empty: none, which is no other's.</param>
    /// <param name="other">Another.</param>
    public static bool AreOne(string? one, string other) =>
        one is { Length: > 0 } && Real(Path.GetFullPath(one)) == Real(Path.GetFullPath(other));

    /// <summary>Where a path leads, links of folders on its way resolved.</summary>
    private static string Real(string full)
    {
        full = Path.TrimEndingDirectorySeparator(full);
        if (Path.GetDirectoryName(full) is not { } folder) return full;
        var there = Path.Combine(Real(folder), Path.GetFileName(full));
        try
        {
            return File.ResolveLinkTarget(there, returnFinalTarget: true)?.FullName ?? there;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not there yet.
            return there;
        }
    }

    /// <summary>Writes a text.</summary>
    /// <exception cref="ConfigException">It cannot be written.</exception>
    public static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "", "cannot be written: " + e.Message);
        }
    }
}
