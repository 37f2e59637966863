using AccelSim.Configuration;

namespace AccelSim.Models;

/// <summary>Finds models by name among those that ship inside, by folder or by file.</summary>
public static class ModelCatalog
{
    private const string Prefix = "models/configs/";
    private const string Suffix = ".json";

    /// <summary>The names of the models that ship inside, in ordinal order.</summary>
    public static IReadOnlyList<string> Ids { get; } =
        [.. typeof(ModelCatalog).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Loads a model.</summary>
    /// <param name="name">
    /// A name from <see cref="Ids"/>, a folder that holds <c>config.json</c>, or a path to a file.
    /// </param>
    /// <exception cref="ConfigException">There is none, or its shape is not understood.</exception>
    public static ModelConfig Load(string name)
    {
        var (text, file, id) = Open(name);
        return ModelReader.Read(text, file, id);
    }

    /// <summary>The text of a model's file, with the file's name as messages show it.</summary>
    public static (string Text, string File, string Id) Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Ids.Contains(name))
        {
            using var stream = typeof(ModelCatalog).Assembly
                .GetManifestResourceStream(Prefix + name + Suffix)!;
            using var reader = new StreamReader(stream);
            return (reader.ReadToEnd(), Prefix + name + Suffix, name);
        }
        if (Directory.Exists(name))
            return OpenFolder(name);
        if (File.Exists(name))
        {
            if (name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            {
                throw new ConfigException(name, 0, "",
                    "is a GGUF file, which run and capture take; a simulation takes a config.json, "
                    + "or a name that ships inside.");
            }
            var text = TextFile.Read(name);
            KnownFile.Refuse(name, text, KnownFile.Model, "describes no model");
            return (text, name, IdOf(name));
        }
        var isPath = name.Contains('/', StringComparison.Ordinal)
            || name.Contains('\\', StringComparison.Ordinal)
            || name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase);
        if (isPath)
        {
            var last = Path.GetFileNameWithoutExtension(name.TrimEnd('/', '\\'));
            throw TextFile.Missing(name, "a folder with config.json or a path to one is expected"
                + Nearest(last, ", or a name that ships inside, such as "));
        }
        throw new ConfigException("", 0, "", $"there is no model \"{name}\""
            + Nearest(name, "; the nearest names are ")
            + ". \"accelsim list models\" shows all; a folder with config.json goes as a path, "
            + "such as models/tiny/target.");
    }

    /// <summary>Names that may have been meant, with words before them; else nothing.</summary>
    private static string Nearest(string name, string words) =>
        NearestName.Near(name, Ids) is { Count: > 0 } near
            ? words + string.Join(", ", near)
            : "";

    private static (string Text, string File, string Id) OpenFolder(string folder)
    {
        var file = Path.Combine(folder, "config.json");
        TextFile.RefuseMissing(file, "a folder of a model has one");
        return (TextFile.Read(file), file, IdOf(file));
    }

    private static string IdOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)));
        return name == "config" && !string.IsNullOrEmpty(folder) ? folder : name;
    }
}
