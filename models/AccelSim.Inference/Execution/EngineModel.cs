using AccelSim.Configuration;
using AccelSim.Inference.Formats;
using AccelSim.Inference.Kernels;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>A model with its weights in memory, bound to the operators of its graph.</summary>
public sealed class EngineModel : IDisposable
{
    private EngineModel(
        ModelConfig shape, ModelNumerics numerics, EngineFormats formats, OperatorGraph graph,
        IReadOnlyList<BoundOperator> operators)
    {
        Shape = shape;
        Numerics = numerics;
        Formats = formats;
        Graph = graph;
        Operators = operators;
    }

    /// <summary>The shape.</summary>
    public ModelConfig Shape { get; }

    /// <summary>What changes numbers but no sizes.</summary>
    public ModelNumerics Numerics { get; }

    /// <summary>The formats.</summary>
    public EngineFormats Formats { get; }

    /// <summary>The operators that the simulator prices and the engine runs.</summary>
    public OperatorGraph Graph { get; }

    /// <summary>Each operator where it runs, in order.</summary>
    public IReadOnlyList<BoundOperator> Operators { get; }

    /// <summary>Memory of all weights; shared ones count once.</summary>
    public long WeightBytes => Operators.SelectMany(operation => operation.Matrices).Distinct()
        .Sum(matrix => matrix.Bytes);

    /// <summary>Takes memory and fills it.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="numerics">What changes numbers but no sizes.</param>
    /// <param name="formats">How weights and cache are kept.</param>
    /// <param name="weights">Where numbers come from.</param>
    /// <param name="pool">Threads.</param>
    /// <exception cref="ConfigException">The model is not one that the engine runs.</exception>
    public static EngineModel Load(
        ModelConfig shape, ModelNumerics numerics, EngineFormats formats, IWeightRows weights,
        CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(formats);
        var graph = OperatorGraph.Build(shape, new ParallelismPlan(), formats.Plan(shape));
        HostMemory.Refuse(graph.WeightBytes(0).Value, $"weights of {shape.Id}");
        List<BoundOperator> operators = [];
        foreach (var placed in graph.Sequence(0))
        {
            var bound = new BoundOperator(placed);
            if (!Handlers.Knows(bound.Name))
            {
                throw new ConfigException("", 0, shape.Id,
                    $"the engine does not run \"{bound.Name}\" yet.");
            }
            operators.Add(bound);
        }
        var model = new EngineModel(shape, numerics, formats, graph, operators);
        try
        {
            foreach (var operation in operators) operation.Bind(model, weights, pool);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return model;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var operation in Operators) operation.Dispose();
    }
}
