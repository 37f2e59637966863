using AccelSim.Configuration;
using AccelSim.Inference.Tokenizers;
using AccelSim.Inference.Weights;
using AccelSim.Models;
using Newtonsoft.Json.Linq;

namespace AccelSim.Inference;

/// <summary>A model as it lies on disk: shape, weights, tokenizer.</summary>
/// <param name="Id">The folder's or the file's name.</param>
/// <param name="ConfigFile">Where figures come from, for messages.</param>
/// <param name="ConfigText">Its config.json, or what its GGUF metadata amount to.</param>
/// <param name="Shape">The shape that the text states.</param>
/// <param name="Weights">Its weights, under the names of Hugging Face's checkpoints.</param>
/// <param name="Tokenizer">Its tokenizer; null where the folder has none.</param>
public sealed record ModelFiles(
    string Id, string ConfigFile, string ConfigText, ModelConfig Shape, IWeightSource Weights,
    ITokenizer? Tokenizer) : IDisposable
{
    private const string Single = "model.safetensors";

    /// <summary>Opens a folder with config.json and safetensors, or a GGUF file.</summary>
    /// <param name="path">The path as the user gave it.</param>
    /// <exception cref="ConfigException">A file is missing or damaged.</exception>
    public static ModelFiles Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path)) return OpenFolder(path);
        if (File.Exists(path) && Path.GetExtension(path) is ".safetensors" or ".json")
        {
            throw new ConfigException(path, 0, "",
                "is a part of a model; name its folder, which has config.json and weights, or a "
                + ".gguf file.");
        }
        return File.Exists(path)
            ? OpenGguf(path)
            : throw TextFile.Missing(path,
                "name a folder with config.json and weights, or a .gguf file; shipped models have "
                + "no weights: they run with --weights random");
    }

    /// <summary>Tokens that end a text, as <c>eos_token_id</c> lists them; none where it is
    /// missing.</summary>
    /// <exception cref="ConfigException">It is neither an id nor a list of ids.</exception>
    public IReadOnlyList<int> EndTokens()
    {
        const string name = "eos_token_id";
        var member = StrictJson.ReadObject(ConfigText, ConfigFile)[name];
        if (member is null or { Type: JTokenType.Null }) return [];
        JToken[] listed = member is JArray list ? [.. list] : [member];
        return [.. listed.Select(item => item is JValue { Value: long id and >= 0 }
            && id < Shape.Vocabulary
                ? (int)id
                : throw StrictJson.Error(item, ConfigFile,
                    $"expected the id of one of the {Shape.Vocabulary:N0} tokens, but found "
                    + StrictJson.Describe(item) + "."))];
    }

    /// <summary>Closes the weights.</summary>
    public void Dispose() => Weights.Dispose();

    private static ModelFiles OpenFolder(string folder)
    {
        var id = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var config = Path.Combine(folder, "config.json");
        TextFile.RefuseMissing(config, "a folder of a model has one");
        var text = TextFile.Read(config);
        var shape = ModelReader.Read(text, config, id);
        var tokenizer = Path.Combine(folder, "tokenizer.json");
        var encode = File.Exists(tokenizer) ? TokenizerJson.Read(tokenizer) : null;
        return new(id, config, text, shape, OpenWeights(folder), encode);
    }

    private static IWeightSource OpenWeights(string folder)
    {
        var index = Path.Combine(folder, Single + ".index.json");
        var single = Path.Combine(folder, Single);
        if (!File.Exists(single) && !File.Exists(index))
        {
            throw new ConfigException(folder, 0, "",
                $"has neither {Single} nor {Single}.index.json; one of them is expected.");
        }
        return File.Exists(single) ? SafetensorsFile.Open(single) : ShardedSafetensors.Open(index);
    }

    private static ModelFiles OpenGguf(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            var id = Path.GetFileNameWithoutExtension(path);
            var text = GgufConfig.Text(file);
            var shape = ModelReader.Read(text, path, id);
            return new(
                id, path, text, shape, new GgufWeights(file), GgufTokenizer.ReadOrNull(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
