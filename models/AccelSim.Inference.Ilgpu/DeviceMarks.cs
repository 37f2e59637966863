using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AccelSim.Inference.Ilgpu;

/// <summary>Places in a device's work whose times are asked for once it is done.</summary>
/// <remarks>
/// On CUDA the events of one step serve the next: ILGPU makes new ones, which costs the host more
/// than the launches between them.
/// </remarks>
internal sealed class DeviceMarks(Accelerator accelerator) : IDisposable
{
    private const double NanosecondsPerMillisecond = 1e6;

    private readonly List<nint> _events = [];
    private readonly List<ProfilingMarker> _markers = [];
    private int _count;

    private bool IsCuda => accelerator is CudaAccelerator;

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _count = 0;
        foreach (var marker in _markers) marker.Dispose();
        _markers.Clear();
    }

    /// <summary>Marks what has been handed over so far.</summary>
    public void Add()
    {
        if (!IsCuda)
        {
            _markers.Add(accelerator.DefaultStream.AddProfilingMarker());
            return;
        }
        accelerator.Bind();
        var driver = CudaAPI.CurrentAPI;
        if (_count == _events.Count)
        {
            CudaException.ThrowIfFailed(
                driver.CreateEvent(out var made, CudaEventFlags.CU_EVENT_DEFAULT));
            _events.Add(made);
        }
        var stream = (CudaStream)accelerator.DefaultStream;
        CudaException.ThrowIfFailed(driver.RecordEvent(_events[_count++], stream.StreamPtr));
    }

    /// <summary>Nanoseconds from the first mark to another; the work is done.</summary>
    public long Nanoseconds(int index)
    {
        if (!IsCuda)
        {
            var time = _markers[index].MeasureFrom(_markers[0]);
            return time.Ticks * (1_000_000_000 / TimeSpan.TicksPerSecond);
        }
        CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.ElapsedTime(
            out var milliseconds, _events[0], _events[index]));
        return (long)(milliseconds * NanosecondsPerMillisecond);
    }

    public void Dispose()
    {
        Clear();
        foreach (var made in _events) CudaAPI.CurrentAPI.DestroyEvent(made);
        _events.Clear();
    }
}
