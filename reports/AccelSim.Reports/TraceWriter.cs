using System.Text.Json;
using AccelSim.Units;

namespace AccelSim.Reports;

/// <summary>Writes Chrome trace events, one to a line.</summary>
/// <remarks>
/// The format is Google's "Trace Event Format"; times are microseconds with all twelve digits of
/// the clock, so slices that touch do not overlap.
/// </remarks>
internal sealed class TraceWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;

    /// <summary>Starts the file; the stream stays open.</summary>
    public TraceWriter(Stream stream)
    {
        _stream = new BufferedStream(stream, 1 << 16);
        _json = JsonOutput.Writer(_stream, indented: false);
    }

    /// <summary>For members before and after the events, and for an event's arguments.</summary>
    public Utf8JsonWriter Json => _json;

    /// <summary>Names a process.</summary>
    public void Process(int pid, string name) => Metadata("process_name", pid, null, name);

    /// <summary>Names a track.</summary>
    public void Track(int pid, int tid, string name) => Metadata("thread_name", pid, tid, name);

    /// <summary>A slice without arguments.</summary>
    public void Slice(int pid, int tid, string name, SimTime start, SimTime end)
    {
        BeginSlice(pid, tid, name, start, end);
        EndEvent();
    }

    /// <summary>Starts a slice; arguments may follow, then <see cref="EndEvent"/>.</summary>
    public void BeginSlice(int pid, int tid, string name, SimTime start, SimTime end)
    {
        Begin("X", name, pid, tid, start);
        _json.WriteNumber("dur", Microseconds(end.Picoseconds - start.Picoseconds));
    }

    /// <summary>A counter's value from now on.</summary>
    public void Counter(int pid, string name, string unit, SimTime time, double value)
    {
        Begin("C", name, pid, null, time);
        _json.WriteStartObject("args");
        _json.WriteNumber(unit, value);
        _json.WriteEndObject();
        EndEvent();
    }

    /// <summary>
    /// A point of an arrow: <c>s</c> starts it, <c>t</c> passes on, <c>f</c> ends it.
    /// </summary>
    public void Flow(string phase, string name, int id, int pid, int tid, SimTime time)
    {
        Begin(phase, name, pid, tid, time);
        _json.WriteString("cat", "request");
        _json.WriteNumber("id", id);
        // Binds to the slice around this point rather than to the next one.
        if (phase == "f") _json.WriteString("bp", "e");
        EndEvent();
    }

    /// <summary>
    /// Starts a point of a span that may overlap others: <c>b</c>, <c>n</c>, <c>e</c>.
    /// </summary>
    public void BeginAsync(string phase, string name, int id, int pid, int tid, SimTime time)
    {
        Begin(phase, name, pid, tid, time);
        _json.WriteString("cat", "request");
        _json.WriteNumber("id", id);
    }

    /// <summary>Ends an event.</summary>
    public void EndEvent()
    {
        _json.WriteEndObject();
        _json.Flush();
        _stream.WriteByte((byte)'\n');
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _stream.WriteByte((byte)'\n');
        _stream.Flush();
    }

    private void Metadata(string what, int pid, int? tid, string name)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", "M");
        _json.WriteString("name", what);
        _json.WriteNumber("pid", pid);
        if (tid is { } track) _json.WriteNumber("tid", track);
        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        _json.WriteEndObject();
        EndEvent();
    }

    private void Begin(string phase, string name, int pid, int? tid, SimTime time)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", phase);
        _json.WriteString("name", name);
        _json.WriteNumber("pid", pid);
        if (tid is { } track) _json.WriteNumber("tid", track);
        _json.WriteNumber("ts", Microseconds(time.Picoseconds));
    }

    private static decimal Microseconds(long picoseconds) => picoseconds / 1_000_000m;
}
