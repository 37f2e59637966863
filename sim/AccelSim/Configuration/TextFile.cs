using System.Text;

namespace AccelSim.Configuration;

/// <summary>Reads text files that a user names.</summary>
public static class TextFile
{
    private const long MaxBytes = 256L * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The whole text of a small file.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">It is missing, unreadable, huge or not UTF-8.</exception>
    public static string Read(string path)
    {
        RefuseFolder(path);
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

    /// <summary>Refuses a folder where a file is expected.</summary>
    /// <exception cref="ConfigException">It is a folder.</exception>
    internal static void RefuseFolder(string path)
    {
        if (Directory.Exists(path))
            throw new ConfigException(path, 0, "", "is a folder; a file is expected.");
    }

    /// <summary>Refuses a file that is not there, naming those that are called alike.</summary>
    /// <exception cref="ConfigException">It does not exist.</exception>
    internal static void RefuseMissing(string path)
    {
        if (!File.Exists(path)) throw Missing(path);
    }

    private static ConfigException Missing(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (!Directory.Exists(folder))
            return new(path, 0, "", $"does not exist; nor does its folder \"{folder}\".");
        var beside = Directory.GetFiles(folder, "*" + Path.GetExtension(path))
            .Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)
            .ToArray();
        var near = NearestName.Of(Path.GetFileName(path), beside);
        return new(path, 0, "", near.Count == 0
            ? "does not exist."
            : $"does not exist; near it: {string.Join(", ", near)}.");
    }
}
