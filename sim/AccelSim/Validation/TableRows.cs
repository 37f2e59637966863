using System.Globalization;
using System.Text;
using AccelSim.Configuration;

namespace AccelSim.Validation;

/// <summary>Streams the rows of a measured table: CSV, compressed with gzip.</summary>
/// <remarks>One line is in memory at a time. No layout quotes its fields.</remarks>
internal sealed class TableRows : IDisposable
{
    private const int LongestLine = 4096;
    private const double LongestMicroseconds = 1e10;
    private readonly string _file;
    private readonly MeasuredTable _table;
    private readonly StreamReader _reader;
    private readonly string[] _header;
    private readonly int[] _places;
    private readonly int[] _ends;
    private string _line = "";

    /// <summary>Opens a table and checks its header.</summary>
    /// <param name="file">Its path, as errors name it.</param>
    /// <param name="table">What it holds.</param>
    /// <exception cref="ConfigException">It cannot be read, or lacks a column.</exception>
    public TableRows(string file, MeasuredTable table)
    {
        (_file, _table) = (file, table);
        try
        {
            RefuseUnpacked();
            _reader = new StreamReader(CheckedGzip.Open(file), Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "", "cannot be read: " + e.Message);
        }
        _header = (Take() ?? throw new ConfigException(
            file, 0, "", "is empty; a header and rows are expected.")).Split(',');
        Line = 1;
        _places = [.. table.Columns.Select(Place)];
        _ends = new int[_header.Length];
    }

    /// <summary>What it holds.</summary>
    public MeasuredTable Table => _table;

    /// <summary>Line of the current row, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The shape of the current row, such as <c>m=1 n=32 k=32</c>.</summary>
    public string Shape => string.Join(
        ' ', _table.Shape.Select(column => $"{column}={Field(column)}"));

    /// <summary>Where in a model the current row's kernel is used: <c>n=32 k=32</c>.</summary>
    public string Site => string.Join(
        ' ', _table.Site.Select(column => $"{column}={Field(column)}"));

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="ConfigException">The line is malformed.</exception>
    public bool Next()
    {
        if (Take() is not { } line)
        {
            return Line > 1 ? false : throw new ConfigException(
                _file, 1, "", "the table has a header, but no rows.");
        }
        Line++;
        _line = line;
        var fields = Split();
        if (fields == _header.Length) return true;
        throw line.Trim().Length == 0
            ? Error("", "the line is empty; remove it.")
            : Error("", $"the line has {fields} field{(fields == 1 ? "" : "s")}, but the header "
                + $"has {_header.Length}.");
    }

    /// <summary>A text of the current row.</summary>
    public ReadOnlySpan<char> Field(string column) => At(_places[Index(column)]);

    /// <summary>A text of a column that not every table has; empty where it is not.</summary>
    public ReadOnlySpan<char> Optional(string column)
    {
        var place = Array.IndexOf(_header, column);
        return place < 0 ? default : At(place);
    }

    private ReadOnlySpan<char> At(int place)
    {
        var start = place == 0 ? 0 : _ends[place - 1] + 1;
        return _line.AsSpan(start, _ends[place] - start).Trim();
    }

    /// <summary>A whole number of the current row, within limits.</summary>
    public long Whole(string column, long low = 1, long high = 10_000_000)
    {
        var field = Field(column);
        return long.TryParse(
                field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= low && value <= high
            ? value
            : throw Error(column, string.Create(CultureInfo.InvariantCulture,
                $"\"{field}\" is not a whole number from {low} to {high:N0}."));
    }

    /// <summary>What was measured, in seconds.</summary>
    public double Seconds()
    {
        var field = Field(MeasuredTable.Latency);
        return double.TryParse(
                field, NumberStyles.Float, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds is > 0 and <= LongestMicroseconds
            ? microseconds * 1e-6
            : throw Error(MeasuredTable.Latency,
                $"\"{field}\" is not a time in microseconds, more than 0, such as 12.5.");
    }

    /// <summary>An error in the current row.</summary>
    public ConfigException Error(string column, string problem) =>
        new(_file, Line, column, problem);

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void RefuseUnpacked()
    {
        using var stream = File.OpenRead(_file);
        var first = stream.ReadByte();
        if (first < 0)
            throw new ConfigException(_file, 0, "", "is empty; a header and rows are expected.");
        if (first != 0x1F || stream.ReadByte() != 0x8B)
        {
            throw new ConfigException(
                _file, 0, "", "is not compressed with gzip; pack it, or mend its name.");
        }
    }

    private string? Take()
    {
        try
        {
            var line = _reader.ReadLine();
            return line is null || line.Length <= LongestLine
                ? line
                : throw new ConfigException(_file, Line + 1, "", string.Create(
                    CultureInfo.InvariantCulture,
                    $"the line has {line.Length:N0} characters; {LongestLine:N0} are the most."));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ConfigException(
                _file, Line + 1, "", "the compressed data is broken or cut off from here on.");
        }
    }

    private int Place(string column)
    {
        var place = Array.IndexOf(_header, column);
        if (place < 0)
        {
            throw new ConfigException(_file, 1, column,
                $"the column is missing; the header has {string.Join(", ", _header)}.");
        }
        return Array.LastIndexOf(_header, column) == place
            ? place
            : throw new ConfigException(
                _file, 1, column, "the column stands twice in the header; keep one.");
    }

    private int Index(string column)
    {
        var columns = _table.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column) return i;
        }
        throw new ArgumentException($"{_table.Name} has no column {column}.", nameof(column));
    }

    /// <summary>Finds where fields end; returns how many there are.</summary>
    private int Split()
    {
        var count = 0;
        for (var start = 0; ; count++)
        {
            var comma = _line.IndexOf(',', start);
            if (count < _ends.Length) _ends[count] = comma < 0 ? _line.Length : comma;
            if (comma < 0) return count + 1;
            start = comma + 1;
        }
    }
}
