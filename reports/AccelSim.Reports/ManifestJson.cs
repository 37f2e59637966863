using AccelSim.Metrics;

namespace AccelSim.Reports;

/// <summary>Writes <c>manifest.json</c>: what it takes to repeat a run.</summary>
public static class ManifestJson
{
    /// <summary>Writes the manifest to a stream, which stays open.</summary>
    /// <param name="stream">Receives UTF-8.</param>
    /// <param name="result">The run.</param>
    /// <param name="context">Version, command, inputs.</param>
    public static void Write(Stream stream, RunResult result, RunContext context)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(context);
        using (var json = JsonOutput.Writer(stream, indented: true))
        {
            json.WriteStartObject();
            json.WriteString("version", context.Version);
            json.WriteNumber("seed", result.Scenario.Seed);
            json.WriteString("command", context.Command);
            json.WriteStartArray("inputs");
            foreach (var input in context.Inputs)
            {
                json.WriteStartObject();
                json.WriteString("role", input.Role);
                json.WriteString("file", input.File);
                json.WriteBoolean("embedded", input.Embedded);
                json.WriteString("sha256", input.Sha256);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }
}
