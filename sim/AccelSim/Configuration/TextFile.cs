using System.Text;

namespace AccelSim.Configuration;

/// <summary>Reads text files that a user names.</summary>
public static class TextFile
{
    private const long MaxBytes = 256L * 1024 * 1024;

    /// <summary>Of a folder, looked at for a name that was meant.</summary>
    private const int MostNames = 10_000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The whole text of a small file.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">It is missing, unreadable, huge or not UTF-8.</exception>
    public static string Read(string path)
    {
        RefuseMissing(path);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new ConfigException(path, 0, "",
                    $"is larger than {MaxBytes / 1024 / 1024} MiB; no file of this kind is.");
            }
            return Strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new ConfigException(path, 0, "", "is not text in UTF-8; it may be binary.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
    }

    /// <summary>The bytes of a file of any size that memory holds.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">It is missing or unreadable.</exception>
    internal static byte[] Bytes(string path)
    {
        RefuseMissing(path);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
    }

    /// <summary>Refuses a folder where a file is expected.</summary>
    /// <exception cref="ConfigException">It is a folder.</exception>
    internal static void RefuseFolder(string path)
    {
        if (Directory.Exists(path))
            throw new ConfigException(path, 0, "", "is a folder; a file is expected.");
    }

    /// <summary>Refuses a file that is not there, naming those that are called alike.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <param name="expected">What would be right, such as "a folder is expected".</param>
    /// <exception cref="ConfigException">It does not exist.</exception>
    public static void RefuseMissing(string path, string expected = "")
    {
        RefuseFolder(path);
        if (!File.Exists(path)) throw Missing(path, expected);
    }

    /// <summary>The error for a file or folder that is not there.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <param name="expected">What would be right, such as "a folder is expected".</param>
    public static ConfigException Missing(string path, string expected = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
            return new("", 0, "", "the name of a file is empty; name one, or take a comma out.");
        var trimmed = path.TrimEnd('/', '\\');
        var folder = Path.GetDirectoryName(trimmed) is { Length: > 0 } named ? named : ".";
        List<string> told = ["not found"];
        if (!Directory.Exists(folder)) told.Add($"nor is its folder \"{folder}\"");
        else if (Alike(folder, Path.GetFileName(trimmed)) is { Count: > 0 } near)
            told.Add($"near it: {string.Join(", ", near)}");
        else if (expected.Length == 0) told.Add("nothing in its folder is called alike");
        if (expected.Length > 0) told.Add(expected);
        return new(path, 0, "", string.Join("; ", told) + ".");
    }

    /// <summary>What lies in a folder and is called alike; equal endings are no likeness.</summary>
    private static List<string> Alike(string folder, string name)
    {
        var ending = Path.GetExtension(name);
        try
        {
            var beside = Directory.EnumerateFileSystemEntries(folder)
                .Select(entry => Path.GetFileName(entry)).Take(MostNames)
                .ToLookup(Bare);
            return [.. NearestName.Near(Bare(name), beside.Select(same => same.Key))
                .SelectMany(bare => beside[bare].Order(StringComparer.Ordinal))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        string Bare(string one) => ending.Length > 0 && one.Length > ending.Length
            && one.EndsWith(ending, StringComparison.Ordinal) ? one[..^ending.Length] : one;
    }
}
