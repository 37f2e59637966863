using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>An operator at its place, with its weights.</summary>
public sealed class BoundOperator : IDisposable
{
    private static readonly StepShape OneToken = new()
    {
        PrefillTokens = 1,
        PrefillSequences = 1,
        PrefillPairs = 1,
        PrefillKvTokens = 1,
        SampledTokens = 1,
    };

    private NativeBuffer? _vector;
    private NativeBuffer? _bias;

    /// <summary>An operator without weights as yet.</summary>
    public BoundOperator(PlacedOperator placed)
    {
        Template = placed.Operation;
        Layer = placed.Layer;
        Sizes = Template.At(OneToken);
        var name = Template.Name;
        var dot = name.LastIndexOf('.');
        // Layers that differ number their operators: mlp.down_proj.2.
        Name = dot > 0 && int.TryParse(name.AsSpan(dot + 1), out _) ? name[..dot] : name;
    }

    /// <summary>The operator of the graph.</summary>
    public OperatorTemplate Template { get; }

    /// <summary>The layer, −1 where there is none.</summary>
    public int Layer { get; }

    /// <summary>The name without what tells layers that differ apart.</summary>
    public string Name { get; }

    /// <summary>The operator for one token.</summary>
    public Operator Sizes { get; }

    /// <summary>Its matrices: one, or one per expert.</summary>
    public IReadOnlyList<Matrix> Matrices { get; private set; } = [];

    /// <summary>Factors of a norm.</summary>
    internal unsafe float* Vector => _vector is null ? null : _vector.Floats;

    /// <summary>What is added to each output; null where nothing is.</summary>
    internal unsafe float* Bias => _bias is null ? null : _bias.Floats;

    /// <summary>Runs it.</summary>
    internal Action<StepState>? Handler { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var matrix in Matrices) matrix.Dispose();
        _vector?.Dispose();
        _bias?.Dispose();
    }

    /// <summary>Takes memory for the weights and fills it.</summary>
    internal void Bind(EngineModel model, IWeightRows weights, CpuPool pool)
    {
        var place = new WeightPlace(model.Shape.Family, Name, Layer);
        switch (Sizes.Kind)
        {
            case OperatorKind.Embedding:
                BindTable(model, place, weights, pool);
                break;
            case OperatorKind.Linear when Template.Parameters == 0:
                // A tied head is the embedding table.
                Matrices = [model.Operators.First(other => other.Name == "embedding").Matrices[0]];
                break;
            case OperatorKind.Linear:
                BindMatrices(1, StorageOf(model, place, weights), place, weights, pool);
                if (Template.Parameters > Sizes.N * Sizes.K)
                    _bias = Vectors(place, VectorRole.Bias, (int)Sizes.N, weights);
                break;
            case OperatorKind.ExpertLinear:
                var experts = (ExpertMlp)model.Shape.Layers[Layer].FeedForward!;
                BindMatrices(
                    experts.Experts, StorageOf(model, place, weights), place, weights, pool);
                break;
            default:
                BindVectors(place, weights);
                break;
        }
        Handler = Handlers.Make(this, model);
    }

    /// <summary>Whether its weights and inputs are in the format of linear layers.</summary>
    public bool IsInLinearFormat => Sizes.Kind is OperatorKind.Linear or OperatorKind.ExpertLinear
        && Name is not ("moe.router" or "moe.shared_gate" or "lm_head");

    private Storage StorageOf(EngineModel model, in WeightPlace place, IWeightRows weights)
    {
        // The graph keeps routers and positions in the activations' format.
        if (Name is "moe.router" or "moe.shared_gate" or "embedding.position")
            return new Storage(StorageKind.F32);
        var stated = Name is "lm_head" or "embedding"
            ? model.Formats.Embedding
            : model.Formats.Linear;
        return model.Formats.KeepsFiles ? weights.OwnFormat(place) ?? stated : stated;
    }

    private void BindTable(
        EngineModel model, in WeightPlace place, IWeightRows weights, CpuPool pool)
    {
        var rows = (int)(Template.Parameters / Sizes.N);
        var matrix = new Matrix(rows, (int)Sizes.N, StorageOf(model, place, weights));
        Matrices = [matrix];
        weights.Fill(place, matrix, pool);
    }

    private void BindMatrices(
        int count, Storage storage, in WeightPlace place, IWeightRows weights, CpuPool pool)
    {
        var matrices = new List<Matrix>();
        Matrices = matrices;
        for (var i = 0; i < count; i++)
        {
            matrices.Add(new Matrix((int)Sizes.N, (int)Sizes.K, storage));
            weights.Fill(place with { Expert = i }, matrices[i], pool);
        }
    }

    private void BindVectors(in WeightPlace place, IWeightRows weights)
    {
        var count = (int)Template.Parameters;
        if (count == 0) return;
        if (Sizes.Kind != OperatorKind.Normalisation)
        {
            _vector = Vectors(place, VectorRole.Weight, count, weights);
            return;
        }
        _vector = Vectors(place, VectorRole.Weight, (int)Sizes.N, weights);
        if (count > Sizes.N) _bias = Vectors(place, VectorRole.Bias, (int)Sizes.N, weights);
    }

    private static unsafe NativeBuffer Vectors(
        in WeightPlace place, VectorRole role, int count, IWeightRows weights)
    {
        var buffer = new NativeBuffer((long)count * sizeof(float));
        weights.Fill(place, role, new Span<float>(buffer.Floats, count));
        return buffer;
    }
}
