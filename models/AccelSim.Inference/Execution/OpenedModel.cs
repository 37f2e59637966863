using AccelSim.Inference.Kernels;
using AccelSim.Inference.Tokenizers;
using AccelSim.Inference.Weights;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Inference.Execution;

/// <summary>A model that the engine can run, and what turns text into its tokens.</summary>
public sealed class OpenedModel : IDisposable
{
    private OpenedModel(EngineModel model, ITokenizer? tokenizer, IReadOnlyCollection<int> ends)
    {
        Model = model;
        Tokenizer = tokenizer;
        StopTokens = ends;
    }

    /// <summary>The model.</summary>
    public EngineModel Model { get; }

    /// <summary>Its tokenizer; null where there is none.</summary>
    public ITokenizer? Tokenizer { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyCollection<int> StopTokens { get; }

    /// <summary>
    /// Opens a model with random weights: any name or file that the simulator knows.
    /// </summary>
    /// <param name="name">A shipped name, a folder or a config.json.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="formats">Chooses formats for the model.</param>
    /// <param name="pool">Threads.</param>
    public static OpenedModel Random(
        string name, long seed, Func<ModelConfig, EngineFormats> formats, CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(formats);
        var (text, file, id) = ModelCatalog.Open(name);
        var shape = ModelReader.Read(text, file, id);
        var model = EngineModel.Load(
            shape, ModelNumerics.Read(text, file), formats(shape), new RandomWeights(seed), pool);
        return new OpenedModel(model, null, []);
    }

    /// <summary>Opens a folder with weights, or a GGUF file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="formats">Chooses formats for its weights.</param>
    /// <param name="pool">Threads.</param>
    public static OpenedModel Open(
        string path, Func<IWeightSource, EngineFormats> formats, CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(formats);
        using var files = ModelFiles.Open(path);
        var numerics = ModelNumerics.Read(files.ConfigText, files.ConfigFile);
        var ends = files.EndTokens();
        var model = EngineModel.Load(
            files.Shape, numerics, formats(files.Weights),
            new FileWeights(files.Weights, files.Id), pool);
        return new OpenedModel(model, files.Tokenizer, ends);
    }

    /// <summary>The format of weights where nobody states one: the model's own.</summary>
    public static string OwnFormat(ModelConfig shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Format switch
        {
            NumberFormat.Fp32 => "fp32",
            NumberFormat.Fp16 => "fp16",
            _ => "bf16",
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
