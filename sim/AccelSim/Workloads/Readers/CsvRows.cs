using System.Globalization;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>
/// Walks the rows of a numeric CSV file in place: no strings, no allocation per row.
/// </summary>
/// <remarks>
/// A field may be quoted as a whole; quotes and line breaks inside a field do not occur in the
/// formats that are read here and are an error.
/// </remarks>
internal ref struct CsvRows
{
    private readonly TraceFile _file;
    private readonly string[] _header;
    private readonly int[] _ends;
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _row;
    private ReadOnlySpan<byte> _previous;
    private ArrivalClock _clock;

    public CsvRows(TraceFile file)
    {
        _file = file;
        _rest = file.Bytes.Span;
        Line = 1;
        _row = TakeLine(ref _rest);
        _header = Header(_row);
        _ends = new int[_header.Length];
    }

    /// <summary>Line of the current row, from 1; the header's at first.</summary>
    public int Line { get; private set; }

    /// <summary>The names in a header line, in order.</summary>
    public static string[] Header(ReadOnlySpan<byte> line) =>
        [.. Encoding.UTF8.GetString(line).Split(',').Select(name => name.Trim().Trim('"'))];

    /// <summary>Cuts the first line off a text; its end, LF or CRLF, is dropped.</summary>
    public static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    /// <summary>The place of a column.</summary>
    /// <exception cref="ConfigException">It is missing, or stands twice.</exception>
    public readonly int Column(string name)
    {
        var place = Array.IndexOf(_header, name);
        if (place < 0)
        {
            var nearest = NearestName.Of(name, _header, 1)[0];
            throw _file.Error(1, name,
                $"the column is missing; the header has {string.Join(", ", _header)}"
                + $" (nearest: {TraceFile.Show(nearest)}).");
        }
        if (Array.LastIndexOf(_header, name) != place)
            throw _file.Error(1, name, "the column stands twice in the header; keep one.");
        return place;
    }

    /// <summary>The place of a column that may be absent; −1 then.</summary>
    public readonly int OptionalColumn(string name) =>
        Array.IndexOf(_header, name) < 0 ? -1 : Column(name);

    /// <summary>Goes to the next row; false at the end.</summary>
    /// <exception cref="ConfigException">The row has too few or too many fields.</exception>
    public bool Next()
    {
        if (_rest.TrimStart(" \t\r\n"u8).IsEmpty)
            return false;
        _previous = _row;
        _row = TakeLine(ref _rest);
        Line++;
        var fields = Split(_row, _ends);
        if (fields == _header.Length)
            return true;
        if (_row.Trim(" \t"u8).IsEmpty)
            throw _file.Error(Line, "", "the line is empty; remove it.");
        var tail = fields < _header.Length && _rest.IsEmpty ? "; the file may be truncated" : "";
        throw _file.Error(Line, "",
            $"the line has {Fields(fields)}, but the header has {_header.Length}{tail}.");
    }

    /// <summary>A field of the current row.</summary>
    public readonly ReadOnlySpan<byte> Field(int column)
    {
        var start = column == 0 ? 0 : _ends[column - 1] + 1;
        var field = _row[start.._ends[column]].Trim(" \t"u8);
        return field.Length >= 2 && field[0] == '"' && field[^1] == '"' ? field[1..^1] : field;
    }

    /// <summary>A token count of the current row.</summary>
    /// <param name="column">Where it stands.</param>
    /// <param name="least">1, or 0 where the caller can make sense of it.</param>
    public readonly int Tokens(int column, int least = 1) =>
        Whole(column, least, WorkloadLimits.MaxTokens, " of tokens");

    /// <summary>A whole number of the current row, within limits.</summary>
    public readonly int Whole(int column, int low, int high, string what = "")
    {
        var field = Field(column);
        return int.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var n)
            && n >= low && n <= high
            ? n
            : throw Error(column,
                $"{TraceFile.Show(field)} is not a whole number{what} from {low} to {high:N0}.");
    }

    /// <summary>An arrival written as a number of seconds, not negative.</summary>
    public SimTime ArrivalInSeconds(int column) => Arrival(column, Picoseconds(column));

    /// <summary>A time written as a number of seconds, not negative.</summary>
    public readonly Int128 Picoseconds(int column)
    {
        var field = Field(column);
        return decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture,
                out var seconds)
            && seconds >= 0 && seconds <= 1e12m
            ? (Int128)decimal.Round(seconds * 1e12m)
            : throw Error(column,
                $"{TraceFile.Show(field)} is not a time in seconds, 0 or more, such as 12.5.");
    }

    /// <summary>An arrival at a point in time; the first row's counts as zero.</summary>
    public SimTime Arrival(int column, Int128 picoseconds) =>
        _clock.Next(picoseconds, out var arrival) switch
        {
            ArrivalClock.Verdict.Fine => arrival,
            ArrivalClock.Verdict.Backwards => throw Backwards(column),
            _ => throw Error(column,
                $"{TraceFile.Show(Field(column))} is more than {WorkloadLimits.MaxSeconds:N0} s "
                + "after the first; read fewer requests or split the file."),
        };

    /// <summary>An error in a column of the current row.</summary>
    public readonly ConfigException Error(int column, string problem) =>
        _file.Error(Line, _header[column], problem);

    private ConfigException Backwards(int column)
    {
        var later = TraceFile.Show(Field(column));
        Split(_previous, _ends);
        _row = _previous;
        return Error(column,
            $"{later} is earlier than {TraceFile.Show(Field(column))} on the line before; sort the "
            + "rows by time.");
    }

    private static string Fields(int count) => count == 1 ? "1 field" : $"{count} fields";

    /// <summary>Finds where fields end; returns how many there are.</summary>
    private static int Split(ReadOnlySpan<byte> row, int[] ends)
    {
        var count = 0;
        for (var start = 0; ; count++)
        {
            var comma = row[start..].IndexOf((byte)',');
            var end = comma < 0 ? row.Length : start + comma;
            if (count < ends.Length)
                ends[count] = end;
            if (comma < 0)
                return count + 1;
            start = end + 1;
        }
    }
}
