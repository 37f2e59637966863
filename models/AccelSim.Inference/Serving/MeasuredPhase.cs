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

    /// <summary>What came together.</summary>
    public PhaseMeasurement Result() => new(_steps, _seconds, _flops, _bytes);
}
