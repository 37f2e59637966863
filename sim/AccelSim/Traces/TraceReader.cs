using System.Text;
using AccelSim.Configuration;
using AccelSim.Models;
using AccelSim.Workloads.Readers;
using Newtonsoft.Json.Linq;

namespace AccelSim.Traces;

/// <summary>Reads a trace of operators step by step; it may be larger than memory.</summary>
/// <remarks>
/// A file that was cut off, as by a broken run, gives its whole steps; <see cref="Cut"/> tells.
/// </remarks>
public sealed class TraceReader : IDisposable
{
    private const int MostLine = 64 * 1024 * 1024;
    private readonly string _file;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly MemoryStream _line = new();
    private int _at, _filled;
    private int _number;
    private bool _isBroken;

    /// <summary>Opens a trace and reads its header.</summary>
    /// <exception cref="ConfigException">It cannot be read, or has no proper header.</exception>
    public TraceReader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _file = path;
        _stream = Open(path);
        try
        {
            FillWhole();
            var start = _buffer.AsSpan(0, _filled);
            if (_isBroken && _filled == 0)
                throw new ConfigException(path, 0, "", "is no whole file: its packing is broken.");
            if (!KnownFile.IsCaptured(start)) throw WrongTrace.Of(path, start);
            if (!NextLine())
                throw new ConfigException(path, 1, "", "is cut off within its header.");
            (Header, Config) = ReadHeader();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>What the trace says about itself.</summary>
    public TraceHeader Header { get; }

    /// <summary>The model's own file.</summary>
    public string Config { get; }

    /// <summary>Where the file was cut off; null where it was not, as far as it was read.</summary>
    public string? Cut { get; private set; }

    /// <summary>The model that ran.</summary>
    /// <exception cref="ConfigException">Its shape is not understood.</exception>
    public ModelConfig Model() => ModelReader.Read(Config, _file + " $.config", Header.Model);

    /// <summary>The draft that ran; null where there was none.</summary>
    /// <exception cref="ConfigException">Its shape is not understood.</exception>
    public ModelConfig? Draft() => Header.Draft is { } draft
        ? ModelReader.Read(draft.Config, _file + " $.draft.config", draft.Model)
        : null;

    /// <summary>The steps that are left, in order.</summary>
    /// <exception cref="ConfigException">A line is malformed.</exception>
    public IEnumerable<TraceStep> Steps()
    {
        var next = 0;
        long end = 0;
        while (NextLine())
        {
            var step = TraceStepJson.Read(
                _line.GetBuffer().AsSpan(0, (int)_line.Length), _file, _number,
                Header.Operators.Count);
            if (step.Index != next)
            {
                throw new ConfigException(_file, _number, "$.step",
                    $"is {step.Index}; step {next} comes here.");
            }
            if (step.Start < end)
            {
                throw new ConfigException(_file, _number, "$.start",
                    $"is {step.Start} ns, before the end of the step before at {end} ns.");
            }
            (next, end) = (next + 1, step.End);
            yield return step;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _line.Dispose();
    }

    private static Stream Open(string path)
    {
        if (Directory.Exists(path)) throw WrongTrace.OfFolder(path);
        TextFile.RefuseMissing(path);
        try
        {
            if (!path.EndsWith(".gz", StringComparison.Ordinal)) return File.OpenRead(path);
            WrongTrace.RefuseUnpacked(path);
            return CheckedGzip.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, 0, "", "cannot be read: " + e.Message);
        }
    }

    private (TraceHeader Header, string Config) ReadHeader()
    {
        var text = Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length);
        var root = StrictJson.ReadObject(text, _file);
        var schema = (root["schema"] as JValue)?.Value as string;
        if (schema != TraceHeader.CurrentSchema)
        {
            throw new ConfigException(_file, 1, "$.schema", schema is null
                ? $"is missing; a trace of operators states \"{TraceHeader.CurrentSchema}\"."
                : $"is \"{schema}\"; this version reads \"{TraceHeader.CurrentSchema}\".");
        }
        if (root["config"] is not JObject config)
        {
            throw new ConfigException(_file, 1, "$.config",
                "is missing; a trace carries the model's config.json.");
        }
        config.Parent!.Remove();
        var header = RecordBinder.Bind<TraceHeader>(root, _file);
        return header.Operators.Count > 0
            ? (header, config.ToString())
            : throw new ConfigException(_file, 1, "$.operators",
                "is empty; it names the operators that steps refer to.");
    }

    /// <summary>Reads a whole line; false at the end, where a part of a line is left out.</summary>
    private bool NextLine()
    {
        _line.SetLength(0);
        while (true)
        {
            var end = _buffer.AsSpan(_at, _filled - _at).IndexOf((byte)'\n');
            var take = end < 0 ? _filled - _at : end;
            _line.Write(_buffer, _at, take);
            _at += take + (end < 0 ? 0 : 1);
            if (_line.Length > MostLine)
            {
                throw new ConfigException(_file, _number + 1, "",
                    $"is a line of more than {MostLine:N0} bytes; no step is so long.");
            }
            if (end >= 0)
            {
                _number++;
                return true;
            }
            if (!Fill()) break;
        }
        if (_line.Length > 0) Cut ??= $"{_file}({_number + 1}): ends within a line";
        return false;
    }

    private bool Fill()
    {
        (_at, _filled) = (0, 0);
        if (!_isBroken && More()) return true;
        if (_isBroken) Cut = $"{_file}({_number + 1}): its packing is broken from here on";
        return false;
    }

    /// <summary>Fills all of the buffer, as far as there is so much.</summary>
    private void FillWhole()
    {
        while (_filled < _buffer.Length && More())
        {
        }
    }

    private bool More()
    {
        try
        {
            var read = _stream.Read(_buffer, _filled, _buffer.Length - _filled);
            _filled += read;
            return read > 0;
        }
        catch (InvalidDataException)
        {
            _isBroken = true;
            return false;
        }
    }
}
