using System.Globalization;
using System.Text;
using AccelSim.Configuration;

namespace AccelSim.Validation;

/// <summary>Streams the rows of a measured table: CSV, mostly compressed with gzip.</summary>
/// <remarks>One line is in memory at a time. No layout quotes its fields.</remarks>
internal sealed class TableRows : IDisposable
{
    private const int LongestLine = 4096;
    private const double LongestMicroseconds = 1e10;
    private readonly string _file;
    private readonly string _name;
    private readonly IReadOnlyList<string> _columns;
    private readonly IReadOnlyList<string> _shape;
    private readonly IReadOnlyList<string> _site;
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
        : this(file, table.Name, table.Columns, table.Shape, table.Site)
    {
    }

    /// <summary>Opens a table and checks its header.</summary>
    /// <param name="file">Its path, as errors name it.</param>
    /// <param name="name">What it holds.</param>
    /// <param name="columns">The columns that are read.</param>
    /// <param name="shape">Those that tell one shape from another.</param>
    /// <param name="site">Those that tell where a kernel is used.</param>
    /// <exception cref="ConfigException">It cannot be read, or lacks a column.</exception>
    public TableRows(
        string file, string name, IReadOnlyList<string> columns, IReadOnlyList<string> shape,
        IReadOnlyList<string> site)
    {
        (_file, _name, _columns, _shape, _site) = (file, name, columns, shape, site);
        TextFile.RefuseMissing(file);
        try
        {
            var packed = file.EndsWith(".gz", StringComparison.Ordinal);
            if (packed) RefuseUnpacked();
            _reader = new StreamReader(
                packed ? CheckedGzip.Open(file) : File.OpenRead(file), Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(file, 0, "", "cannot be read: " + e.Message);
        }
        _header = (Take() ?? throw new ConfigException(
            file, 0, "", "is empty; a header and rows are expected.")).Split(',');
        Line = 1;
        _places = [.. _columns.Select(Place)];
        _ends = new int[_header.Length];
    }

    /// <summary>What it holds, such as <c>gemm</c>.</summary>
    public string Name => _name;

    /// <summary>Line of the current row, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The shape of the current row, such as <c>m=1 n=32 k=32</c>.</summary>
    public string Shape => string.Join(
        ' ', _shape.Select(column => $"{column}={Field(column)}"));

    /// <summary>Where in a model the current row's kernel is used: <c>n=32 k=32</c>.</summary>
    public string Site => string.Join(
        ' ', _site.Select(column => $"{column}={Field(column)}"));

    /// <summary>The first line of a table of any layout.</summary>
    /// <exception cref="ConfigException">It cannot be read, or is empty.</exception>
    public static string Header(string file)
    {
        using var rows = new TableRows(file, "", [], [], []);
        return string.Join(',', rows._header);
    }

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
    public long Whole(string column, long low = 1, long high = 10_000_000) =>
        Whole(column, Field(column), low, high);

    /// <summary>A whole number of a column that not every table has.</summary>
    public long WholeOptional(string column, long low = -1, long high = 10_000_000) =>
        Whole(column, Optional(column), low, high);

    private long Whole(string column, ReadOnlySpan<char> field, long low, long high) =>
        long.TryParse(
                field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= low && value <= high
            ? value
            : throw Error(column, string.Create(CultureInfo.InvariantCulture,
                $"\"{field}\" is not a whole number from {low} to {high:N0}."));

    /// <summary>A count that may be written as 4.0, within limits.</summary>
    public long Rounded(string column)
    {
        var value = Number(column);
        return value is >= 0 and <= 10_000_000 && value == Math.Floor(value)
            ? (long)value
            : throw Error(column, $"\"{Field(column)}\" is not a count, such as 4 or 4.0.");
    }

    /// <summary>A number of at least zero.</summary>
    public double Amount(string column)
    {
        var value = Number(column);
        return value is >= 0 and < 1e12
            ? value
            : throw Error(column, $"\"{Field(column)}\" is not a number from 0, such as 0.75.");
    }

    /// <summary>A number above zero.</summary>
    public double Positive(string column)
    {
        var value = Number(column);
        return value is > 0 and < 1e12
            ? value
            : throw Error(column, $"\"{Field(column)}\" is not a number above 0, such as 12.5.");
    }

    private double Number(string column) => double.TryParse(
        Field(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        ? value
        : double.NaN;

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
        var columns = _columns;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column) return i;
        }
        throw new ArgumentException($"{_name} has no column {column}.", nameof(column));
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
