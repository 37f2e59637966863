using System.Text.Json;
using AccelSim.Traces;

namespace AccelSim.Reports;

/// <summary>
/// Captured and predicted operators on tracks side by side, in Chrome's trace format (Trace Event
/// Format, Google, 2016), which ui.perfetto.dev opens.
/// </summary>
/// <remarks>Steps are a pair of tracks, and so is each queue of the device.</remarks>
public sealed class TraceOverlay : IDisposable
{
    private const int Captured = 1, Predicted = 2, Steps = 1;
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly TraceHeader _header;
    private readonly HashSet<int> _pairs = [];

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
    }

    /// <summary>Adds a step to both tracks.</summary>
    public void Add(ReplayedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var other = ReplayedTrace.Of(step);
        Step(Captured, step.Measured, step.Measured);
        Step(Predicted, other, step.Measured);
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

    private void Step(int side, TraceStep step, TraceStep captured)
    {
        Event(Steps, side, $"step {step.Index}", step.Start, step.End, -1);
        for (var i = 0; i < step.Operators.Count; i++)
        {
            var one = step.Operators[i];
            // A replay lets operators follow one another; they keep their pair.
            Event(
                Steps + 1 + captured.Operators[i].Queue, side, _header.Operators[one.Name],
                one.Start, one.End, one.Layer);
        }
    }

    private void Event(int process, int thread, string name, long start, long end, int layer)
    {
        if (_pairs.Add(process)) Pair(process);
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

    private void Pair(int process)
    {
        Name(process, 0, "process_name",
            process == Steps ? "steps" : $"operators, queue {process - Steps - 1}");
        Name(process, Captured, "thread_name", $"captured: {_header.Device.Name}");
        Name(process, Predicted, "thread_name", "predicted");
    }

    private void Name(int process, int thread, string what, string name)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", "M");
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", thread);
        _json.WriteString("name", what);
        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
