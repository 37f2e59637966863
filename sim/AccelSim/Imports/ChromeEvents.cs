using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Validation;
using AccelSim.Workloads.Readers;

namespace AccelSim.Imports;

/// <summary>
/// Gives the events of a Chrome trace one by one (Trace Event Format, Google, 2016); the file may
/// be larger than memory.
/// </summary>
/// <remarks>
/// The trace is a list of events, or an object whose member <c>traceEvents</c> is one. Files whose
/// name ends with <c>.gz</c> are unpacked.
/// </remarks>
internal sealed class ChromeEvents : IDisposable
{
    private const int MostEvent = 16 * 1024 * 1024;
    private readonly string _file;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 64 });
    private int _at, _filled;
    private bool _ended, _isInside, _isDone;

    /// <summary>Opens a file.</summary>
    /// <exception cref="ConfigException">It cannot be read.</exception>
    public ChromeEvents(string file)
    {
        _file = file;
        _stream = Open(file);
    }

    /// <summary>The line that the current event ends on, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>The devices that the trace names before its events.</summary>
    public IReadOnlyList<ProfiledDevice> Devices { get; private set; } = [];

    /// <summary>Whether a text begins as such a trace does.</summary>
    /// <param name="start">Its first bytes.</param>
    public static bool Begins(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n"u8);
        return text.StartsWith("["u8) || text.StartsWith("{"u8);
    }

    /// <summary>Goes to the next event; false at the end.</summary>
    /// <param name="bytes">The event, an object of JSON, until the next call.</param>
    /// <exception cref="ConfigException">The file is malformed or cut off.</exception>
    public bool Next(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (_isDone) return false;
        if (!_isInside) Enter();
        if (_isDone) return false;
        if (Take(out bytes) is JsonTokenType.EndArray)
        {
            Leave();
            return false;
        }
        return bytes.Span[0] == (byte)'{' ? true : throw Error("an event is no object {…}.");
    }

    /// <summary>An error at the current event.</summary>
    public ConfigException Error(string problem) => new(_file, Line, "", problem);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static Stream Open(string file)
    {
        TextFile.RefuseMissing(file);
        try
        {
            return file.EndsWith(".gz", StringComparison.Ordinal)
                ? CheckedGzip.Open(file)
                : File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "", "cannot be read: " + e.Message);
        }
    }

    /// <summary>What the file is instead; null where nobody knows.</summary>
    private string? Known()
    {
        using var again = Open(_file);
        var start = new byte[1 << 16];
        return KnownFile.Of(
            start.AsSpan(0, again.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Goes to the first event.</summary>
    private void Enter()
    {
        var root = Token(out _);
        if (root == JsonTokenType.StartObject)
        {
            while (Token(out var name) == JsonTokenType.PropertyName)
            {
                if (name != "traceEvents")
                {
                    Take(out var value);
                    if (name == "deviceProperties") Devices = ProfiledDevice.Read(value);
                    continue;
                }
                root = Token(out _);
                if (root != JsonTokenType.StartArray)
                    throw Error("traceEvents is no list of events.");
                _isInside = true;
                return;
            }
            throw Error("has no traceEvents; a trace of PyTorch's profiler has them"
                + (Known() is { } known ? $", but {known}." : "."));
        }
        if (root != JsonTokenType.StartArray)
            throw Error("is no list of events, nor an object with traceEvents.");
        _isInside = true;
    }

    /// <summary>Reads what follows the events, so that a file that was cut off is told.</summary>
    private void Leave()
    {
        _isDone = true;
        while (true)
        {
            var reader = new Utf8JsonReader(
                _buffer.AsSpan(_at, _filled - _at), _ended, _state);
            try
            {
                if (reader.CurrentDepth == 0 && _ended && _at == _filled) return;
                if (reader.Read())
                {
                    Advance(reader);
                    continue;
                }
            }
            catch (JsonException e)
            {
                throw Wrong(e);
            }
            if (_ended) return;
            Fill();
        }
    }

    /// <summary>Reads one token.</summary>
    private JsonTokenType Token(out string? name)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(
                _buffer.AsSpan(_at, _filled - _at), _ended, _state);
            try
            {
                if (reader.Read())
                {
                    name = reader.TokenType == JsonTokenType.PropertyName
                        ? JsonNames.Unescape(ref reader)
                        : null;
                    Advance(reader);
                    return reader.TokenType;
                }
            }
            catch (JsonException e)
            {
                throw Wrong(e);
            }
            Fill();
        }
    }

    /// <summary>Reads one value as a whole, or the end of the list.</summary>
    private JsonTokenType Take(out ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(
                _buffer.AsSpan(_at, _filled - _at), _ended, _state);
            try
            {
                if (reader.Read())
                {
                    var first = reader.TokenType;
                    var start = (int)reader.TokenStartIndex;
                    if (first == JsonTokenType.EndArray || reader.TrySkip())
                    {
                        var from = _at + start;
                        Advance(reader);
                        bytes = _buffer.AsMemory(from, _at - from);
                        return first;
                    }
                }
            }
            catch (JsonException e)
            {
                throw Wrong(e);
            }
            Fill();
        }
    }

    private void Advance(in Utf8JsonReader reader)
    {
        var consumed = (int)reader.BytesConsumed;
        Line += _buffer.AsSpan(_at, consumed).Count((byte)'\n');
        _at += consumed;
        _state = reader.CurrentState;
    }

    /// <summary>Reads more; what is there already moves to the front.</summary>
    private void Fill()
    {
        if (_ended) throw Error("ends within the trace; the file is cut off.");
        _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
        (_at, _filled) = (0, _filled - _at);
        if (_filled == _buffer.Length)
        {
            if (_filled >= MostEvent)
                throw Error($"holds a value of more than {MostEvent:N0} bytes; no event has one.");
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        try
        {
            var read = _stream.Read(_buffer, _filled, _buffer.Length - _filled);
            _ended = read == 0;
            _filled += read;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Error("the compressed data is broken or cut off from here on.");
        }
    }

    /// <summary>The reader's state carries the line, from 0, over all of the file.</summary>
    private ConfigException Wrong(JsonException e) => new(
        _file, e.LineNumber is { } line ? (int)line + 1 : Line, "",
        "is not well-formed JSON here; the file is damaged or cut off.");
}
