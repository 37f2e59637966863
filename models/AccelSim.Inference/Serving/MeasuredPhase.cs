using AccelSim.Inference.Execution;
using AccelSim.Models;

namespace AccelSim.Inference.Serving;

/// <summary>Adds up steps and what the graph says they do.</summary>
/// <param name="model">What runs.</param>
internal sealed class MeasuredPhase(EngineModel model)
{
    private double _seconds, _flops, _bytes;
    private int _steps;

    /// <summary>Adds a step.</summary>
    public void Add(in StepShape shape, double seconds)
    {
        _steps++;
        _seconds += seconds;
        foreach (var template in model.Graph.Stages[0])
        {
            var operation = template.At(shape);
            _flops += operation.Count * operation.MatrixFlops.Value;
            _bytes += operation.Count * (operation.WeightBytes
                + operation.KvReadBytes + operation.KvWriteBytes).Value;
        }
    }

    /// <summary>Adds what a step did that counts as a part of another: one that proposed.</summary>
    /// <param name="by">The model that ran it.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="skipped">Layers that it left out.</param>
    public void AddWork(EngineModel by, in StepShape shape, IReadOnlySet<int> skipped)
    {
        foreach (var placed in by.Graph.Sequence(0))
        {
            if (skipped.Contains(placed.Layer)) continue;
            var operation = placed.Operation.At(shape);
            _flops += operation.MatrixFlops.Value;
            _bytes += (operation.WeightBytes
                + operation.KvReadBytes + operation.KvWriteBytes).Value;
        }
    }

    /// <summary>What came together.</summary>
    public PhaseMeasurement Result() => new(_steps, _seconds, _flops, _bytes);
}
