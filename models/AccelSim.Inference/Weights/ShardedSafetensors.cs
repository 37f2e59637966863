using AccelSim.Configuration;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference.Weights;

/// <summary>Weights over several safetensors files, as <c>model.safetensors.index.json</c> lists.
/// </summary>
public sealed class ShardedSafetensors : IWeightSource
{
    private const int MostFiles = 4096;

    private readonly Dictionary<string, SafetensorsFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fileOf = new(StringComparer.Ordinal);

    private ShardedSafetensors()
    {
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => fileOf.Keys;

    /// <summary>Opens all files of an index.</summary>
    /// <param name="path">The index file as the user gave it.</param>
    /// <exception cref="ConfigException">The index or a file is missing or damaged.</exception>
    public static ShardedSafetensors Open(string path)
    {
        var opened = new ShardedSafetensors();
        try
        {
            opened.Read(path);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, out WeightTensor tensor)
    {
        tensor = default;
        return fileOf.TryGetValue(name, out var file) && files[file].TryGet(name, out tensor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in files.Values) file.Dispose();
    }

    private void Read(string path)
    {
        var index = StrictJson.ReadObject(TextFile.Read(path), path);
        if (index["weight_map"] is not JObject map)
        {
            throw new ConfigException(path, 0, "$.weight_map",
                "is missing; it tells the file of each tensor.");
        }
        var folder = Path.GetDirectoryName(path) ?? "";
        foreach (var member in map.Properties())
        {
            var file = FileName(member, path);
            if (!files.ContainsKey(file))
            {
                if (files.Count == MostFiles)
                    throw StrictJson.Error(member, path, $"names more than {MostFiles:N0} files.");
                files.Add(file, SafetensorsFile.Open(Path.Combine(folder, file)));
            }
            fileOf.Add(member.Name, file);
        }
        foreach (var (name, file) in fileOf)
        {
            if (!files[file].Has(name))
            {
                throw new ConfigException(path, 0, name,
                    $"is said to lie in {file}, which has no tensor of that name.");
            }
        }
    }

    /// <summary>An index from a stranger must not lead out of its folder.</summary>
    private static string FileName(JProperty member, string path) =>
        member.Value is JValue { Value: string name } && name.Length is > 0 and < 256
            && name == Path.GetFileName(name) && name is not ("." or "..")
            && !name.Contains('\\', StringComparison.Ordinal)
                ? name
                : throw StrictJson.Error(member.Value, path,
                    "the name of a file beside the index is expected.");
}
