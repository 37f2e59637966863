using System.Text.Json;
using AccelSim.Traces;

namespace AccelSim.Reports;

/// <summary>
/// Captured and predicted operators on two tracks, in Chrome's trace format (Trace Event Format,
/// Google, 2016), which ui.perfetto.dev opens.
/// </summary>
public sealed class TraceOverlay : IDisposable
{
    private const int Captured = 1, Predicted = 2;
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly TraceHeader _header;

    /// <summary>Creates the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="header">The trace's header.</param>
    public TraceOverlay(string path, TraceHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        _header = header;
        _stream = File.Create(path);
        _json = new Utf8JsonWriter(_stream);
        _json.WriteStartObject();
        _json.WriteString("displayTimeUnit", "ns");
        _json.WriteStartArray("traceEvents");
        Name(Captured, $"captured: {header.Device.Name}");
        Name(Predicted, "predicted");
    }

    /// <summary>Adds a step to both tracks.</summary>
    public void Add(ReplayedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var other = ReplayedTrace.Of(step);
        Step(Captured, step.Measured);
        Step(Predicted, other);
        if (_json.BytesPending > 1 << 20) _json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Dispose();
        _stream.Dispose();
    }

    private void Step(int process, TraceStep step)
    {
        Event(process, 0, $"step {step.Index}", step.Start, step.End, -1);
        foreach (var one in step.Operators)
        {
            Event(
                process, 1 + one.Queue, _header.Operators[one.Name], one.Start, one.End,
                one.Layer);
        }
    }

    private void Event(int process, int thread, string name, long start, long end, int layer)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", "X");
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", thread);
        _json.WriteString("name", name);
        // Microseconds with three digits: nanoseconds.
        _json.WriteNumber("ts", start / 1000m);
        _json.WriteNumber("dur", (end - start) / 1000m);
        if (layer >= 0)
        {
            _json.WriteStartObject("args");
            _json.WriteNumber("layer", layer);
            _json.WriteEndObject();
        }
        _json.WriteEndObject();
    }

    private void Name(int process, string name)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", "M");
        _json.WriteNumber("pid", process);
        _json.WriteString("name", "process_name");
        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
