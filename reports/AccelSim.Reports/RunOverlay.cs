using System.Text.Json;
using AccelSim.Validation.Runs;

namespace AccelSim.Reports;

/// <summary>
/// Requests of a run and of its simulation on two groups of tracks, in Chrome's trace format
/// (Trace Event Format, Google, 2016), which ui.perfetto.dev opens.
/// </summary>
/// <remarks>
/// Each request is two spans, one until its first token and one until its last, under the same
/// number on both sides.
/// </remarks>
public static class RunOverlay
{
    private const int Run = 1, Simulated = 2;

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="compared">What is told.</param>
    public static void Write(string path, RunComparison compared)
    {
        ArgumentNullException.ThrowIfNull(compared);
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name(json, Run, "run");
        Name(json, Simulated, "simulated");
        for (var i = 0; i < compared.Requests.Count; i++)
        {
            var (run, simulated) = compared.Requests[i];
            var name = $"{run.PromptTokens} + {run.OutputTokens}";
            Request(json, Run, i, name, run.Arrival.Seconds, run.Ttft.Value, run.Latency.Value);
            Request(
                json, Simulated, i, name, simulated.Arrival.Seconds, simulated.Ttft.Value,
                simulated.E2eLatency.Value);
            if (json.BytesPending > 1 << 20) json.Flush();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Nested spans of one request; viewers lay overlapping ones side by side.</summary>
    private static void Request(
        Utf8JsonWriter json, int process, int id, string name, double start, double first,
        double last)
    {
        Event(json, "b", process, id, name, start);
        Event(json, "b", process, id, "until first token", start);
        Event(json, "e", process, id, "until first token", start + first);
        Event(json, "e", process, id, name, start + last);
    }

    private static void Event(
        Utf8JsonWriter json, string phase, int process, int id, string name, double seconds)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", 0);
        json.WriteString("cat", "request");
        json.WriteNumber("id", process * 100_000_000L + id);
        json.WriteString("name", name);
        json.WriteNumber("ts", Math.Round((decimal)seconds * 1_000_000m, 3));
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, int process, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteNumber("pid", process);
        json.WriteString("name", "process_name");
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
