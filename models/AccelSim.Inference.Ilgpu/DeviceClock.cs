using AccelSim.Inference.Execution;
using AccelSim.Models;

namespace AccelSim.Inference.Ilgpu;

/// <summary>When operators of a step began and ended, by events on the device.</summary>
internal sealed class DeviceClock
{
    private const double MostOver = 1.05;
    private const long SmallestOver = 1_000_000;

    private readonly DeviceMarks _marks;
    private readonly List<int> _ran = [];
    private readonly long _start;

    /// <summary>Begins once the device has nothing else to do.</summary>
    /// <param name="device">The device.</param>
    /// <param name="marks">Used, and emptied first.</param>
    public DeviceClock(GpuDevice device, DeviceMarks marks)
    {
        _marks = marks;
        _marks.Clear();
        device.Accelerator.DefaultStream.Synchronize();
        _start = Executor.Now();
        _marks.Add();
    }

    /// <summary>An operator has been handed over.</summary>
    public void Ran(int index)
    {
        _ran.Add(index);
        _marks.Add();
    }

    /// <summary>Tells of all operators; the step has ended.</summary>
    /// <exception cref="InvalidOperationException">
    /// The device says that more time passed than did: its events are not to be trusted.
    /// </exception>
    public void Tell(
        IOperatorObserver observer, IReadOnlyList<BoundOperator> operators, in StepShape shape)
    {
        var wall = Executor.Now() - _start;
        var last = 0L;
        for (var i = 0; i < _ran.Count; i++)
        {
            var end = Math.Max(last, _marks.Nanoseconds(i + 1));
            var operation = operators[_ran[i]];
            observer.OperatorRan(
                operation.Template, operation.Layer, shape, _start + last, _start + end);
            last = end;
        }
        if (last > wall * MostOver && last - wall > SmallestOver)
        {
            throw new InvalidOperationException(
                $"The device's events say that a step took {last / 1e6:0.###} ms; the clock says "
                + $"{wall / 1e6:0.###} ms.");
        }
    }
}
