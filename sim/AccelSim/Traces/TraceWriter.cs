using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using AccelSim.Configuration;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;

namespace AccelSim.Traces;

/// <summary>Writes a trace line by line, so that what was written stays readable.</summary>
/// <remarks>Packed with gzip where the file's name ends with <c>.gz</c>.</remarks>
public sealed class TraceWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private byte[] _rows = [];

    /// <summary>Creates the file and writes its first line.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="header">What the trace says about itself.</param>
    /// <param name="config">The model's own file, an object of JSON.</param>
    /// <exception cref="ConfigException">The file cannot be written.</exception>
    public TraceWriter(string path, TraceHeader header, string config)
    {
        var file = Create(path);
        _stream = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionLevel.Fastest)
            : file;
        _json = new Utf8JsonWriter(_stream);
        var root = JObject.FromObject(header, Newtonsoft.Json.JsonSerializer.Create(
            new JsonSerializerSettings
            {
                ContractResolver = new CamelCasePropertyNamesContractResolver(),
            }));
        root["config"] = JObject.Parse(config);
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(root.ToString(Formatting.None) + "\n"));
        Flush();
    }

    /// <summary>Writes a step.</summary>
    public void Write(TraceStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("step", step.Index);
        _json.WriteNumber("start", step.Start);
        _json.WriteNumber("end", step.End);
        if (step.Idle > 0) _json.WriteNumber("idle", step.Idle);
        if (step.Arrivals.Count > 0)
        {
            Begin("arrivals");
            foreach (var one in step.Arrivals) Numbers(one.Request, one.Time, one.PromptTokens);
            _json.WriteEndArray();
        }
        Chunks("prefill", step.Prefill);
        Chunks("decode", step.Decode);
        _json.WritePropertyName("ops");
        _json.WriteRawValue(Rows(step.Operators), skipInputValidation: true);
        _json.WriteEndObject();
        _json.Flush();
        _stream.WriteByte((byte)'\n');
    }

    /// <summary>Brings what was written to the disk, so that a reader finds it.</summary>
    public void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    private static FileStream Create(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, 0, "", "cannot be written: " + e.Message);
        }
    }

    private void Chunks(string name, IReadOnlyList<TraceChunk> chunks)
    {
        if (chunks.Count == 0) return;
        Begin(name);
        foreach (var one in chunks)
            Numbers(one.Request, one.Cached, one.Tokens, one.Gained);
        _json.WriteEndArray();
    }

    /// <summary>
    /// Most of a file, and written while kernels want the cores: without a writer's checks.
    /// </summary>
    private ReadOnlySpan<byte> Rows(IReadOnlyList<TraceOperator> operators)
    {
        // Five numbers of at most 20 characters, their commas and brackets.
        const int most = 5 * 20 + 7;
        var needed = operators.Count * most + 2;
        if (_rows.Length < needed) _rows = new byte[2 * needed];
        var at = 0;
        _rows[at++] = (byte)'[';
        for (var i = 0; i < operators.Count; i++)
        {
            var one = operators[i];
            if (i > 0) _rows[at++] = (byte)',';
            at = Number(at, (byte)'[', one.Name);
            at = Number(at, (byte)',', one.Layer);
            at = Number(at, (byte)',', one.Start);
            at = Number(at, (byte)',', one.End);
            if (one.Queue != 0) at = Number(at, (byte)',', one.Queue);
            _rows[at++] = (byte)']';
        }
        _rows[at++] = (byte)']';
        return _rows.AsSpan(0, at);
    }

    private int Number(int at, byte before, long value)
    {
        _rows[at++] = before;
        Utf8Formatter.TryFormat(value, _rows.AsSpan(at), out var written);
        return at + written;
    }

    private void Begin(string name)
    {
        _json.WritePropertyName(name);
        _json.WriteStartArray();
    }

    private void Numbers(params ReadOnlySpan<long> numbers)
    {
        _json.WriteStartArray();
        foreach (var number in numbers) _json.WriteNumberValue(number);
        _json.WriteEndArray();
    }
}
