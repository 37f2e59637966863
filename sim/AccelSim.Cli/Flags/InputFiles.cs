using AccelSim.Hardware;

namespace AccelSim.Cli.Flags;

/// <summary>Files that a command reads, so that it writes none of them.</summary>
internal static class InputFiles
{
    /// <summary>Of a model: the file, or what is read of its folder.</summary>
    public static IEnumerable<string> OfModel(string? path) => Of(
        path, "config.json", "tokenizer.json", "*.safetensors", "*.safetensors.index.json");

    /// <summary>Of measured tables: the folder's, or a captured run.</summary>
    public static IEnumerable<string> OfTables(string? path) => Of(path, "*.csv", "*.csv.gz");

    /// <summary>Of hardware: those of the names that are paths.</summary>
    /// <param name="names">Names, some perhaps several between commas.</param>
    public static IEnumerable<string> OfHardware(params IEnumerable<string?> names) => names
        .SelectMany(list => list?.Split(',') ?? []).Where(Catalog.IsPath);

    private static IEnumerable<string> Of(string? path, params string[] patterns)
    {
        if (path is null) return [];
        if (!Directory.Exists(path)) return [path];
        var readable = new EnumerationOptions { IgnoreInaccessible = true };
        return patterns.SelectMany(one => Directory.EnumerateFiles(path, one, readable));
    }
}
