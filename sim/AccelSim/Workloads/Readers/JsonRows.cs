using System.Globalization;
using System.Text.Json;
using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>Walks a file of one JSON object per line, in place.</summary>
/// <remarks>
/// Configs are read by Newtonsoft.Json; a trace has up to millions of lines, and the platform's
/// reader goes over their bytes without making objects.
/// </remarks>
internal ref struct JsonRows
{
    private readonly TraceFile _file;
    private readonly string[] _names;
    private readonly bool _strict;
    private readonly Range[] _values;
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _row;
    private ArrivalClock _clock;
    private ReadOnlySpan<byte> _previous;

    /// <param name="file">The file.</param>
    /// <param name="names">The members to read; the others are refused, or skipped.</param>
    /// <param name="strict">Whether they are refused.</param>
    public JsonRows(TraceFile file, string[] names, bool strict = false)
    {
        (_file, _names, _strict) = (file, names, strict);
        _values = new Range[names.Length];
        _rest = file.Bytes.Span;
    }

    /// <summary>Line of the current row, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Next()
    {
        if (_rest.TrimStart(" \t\r\n"u8).IsEmpty)
            return false;
        _row = CsvRows.TakeLine(ref _rest);
        Line++;
        if (_row.Trim(" \t"u8).IsEmpty)
            throw _file.Error(Line, "", "the line is empty; remove it.");
        Array.Fill(_values, default);
        var reader = new Utf8JsonReader(_row);
        try
        {
            Walk(ref reader);
        }
        catch (JsonException e)
        {
            var tail = _rest.TrimStart(" \t\r\n"u8).IsEmpty && _row[^1] != '}'
                ? "; the file may be truncated" : "";
            throw _file.Error(Line, "",
                $"the line is not well-formed JSON at its byte {e.BytePositionInLine + 1}{tail}.");
        }
        return true;
    }

    /// <summary>Leaves out the first line, which the caller has read.</summary>
    public void SkipHeader()
    {
        CsvRows.TakeLine(ref _rest);
        Line++;
    }

    private readonly void Walk(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw _file.Error(Line, "", "the line is not a JSON object {…}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = Place(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (place >= 0)
                _values[place] = start..(int)reader.BytesConsumed;
        }
        while (reader.Read())
        {
            // Text after the object: the reader itself throws.
        }
    }

    private readonly int Place(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (!reader.ValueTextEquals(_names[i]))
                continue;
            if (Has(i))
                throw _file.Error(Line, _names[i], "stands twice in the same object; keep one.");
            return i;
        }
        if (!_strict)
            return -1;
        var name = JsonNames.Unescape(ref reader);
        throw _file.Error(Line, TraceFile.Show(name).Trim('"'),
            $"is not a member here; known are {string.Join(", ", _names)}"
            + $" (nearest: {TraceFile.Show(NearestName.Of(name, _names, 1)[0])}).");
    }

    /// <summary>Whether the current row has a member.</summary>
    public readonly bool Has(int member) => !_values[member].Equals(default(Range));

    /// <summary>The member's JSON text.</summary>
    public readonly ReadOnlySpan<byte> Value(int member) => Has(member)
        ? _row[_values[member]]
        : throw Error(member, "is missing.");

    /// <summary>A token count.</summary>
    public readonly int Tokens(int member, int least = 1) =>
        Whole(member, least, WorkloadLimits.MaxTokens, " of tokens");

    /// <summary>A whole number within limits.</summary>
    public readonly int Whole(int member, int low, int high, string what = "") =>
        int.TryParse(Value(member), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var n) && n >= low && n <= high
            ? n
            : throw Error(member, string.Create(CultureInfo.InvariantCulture,
                $"{Shown(member)} is not a whole number{what} from {low} to {high:N0}."));

    /// <summary>A text.</summary>
    public readonly string Text(int member)
    {
        var reader = new Utf8JsonReader(Value(member));
        reader.Read();
        return reader.TokenType == JsonTokenType.String
            && JsonNames.Unescape(ref reader) is { } text
            && text.Length is > 0 and <= 200
            ? text
            : throw Error(member, $"{Shown(member)} is not a text of 1 to 200 characters.");
    }

    /// <summary>A list of whole numbers.</summary>
    public readonly long[] Numbers(int member)
    {
        var reader = new Utf8JsonReader(Value(member));
        reader.Read();
        var numbers = new List<long>();
        var sound = reader.TokenType == JsonTokenType.StartArray;
        while (sound && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            sound = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number);
            if (sound)
                numbers.Add(reader.GetInt64());
        }
        return sound
            ? [.. numbers]
            : throw Error(member, $"{Shown(member)} is not a list of whole numbers.");
    }

    /// <summary>A length of time, not negative.</summary>
    /// <param name="member">Where it stands.</param>
    /// <param name="unit">"s", "ms" or "ns", for the message.</param>
    public readonly Int128 Picoseconds(int member, string unit)
    {
        var scale = unit switch { "s" => 1e12m, "ms" => 1e9m, _ => 1e3m };
        return decimal.TryParse(Value(member), NumberStyles.Float, CultureInfo.InvariantCulture,
            out var time) && time >= 0 && time * (scale / 1e12m) <= 1e12m
            ? (Int128)decimal.Round(time * scale)
            : throw Error(member, $"{Shown(member)} is not a time in {unit}, 0 or more.");
    }

    /// <summary>An arrival; the first one counts as zero.</summary>
    public SimTime Arrival(int member, string unit)
    {
        var verdict = _clock.Next(Picoseconds(member, unit), out var arrival);
        if (verdict == ArrivalClock.Verdict.TooFar)
        {
            throw Error(member,
                $"{Shown(member)} is more than {WorkloadLimits.MaxSeconds:N0} s after the first; "
                + "read fewer requests or split the file.");
        }
        if (verdict == ArrivalClock.Verdict.Backwards)
        {
            throw Error(member,
                $"{Shown(member)} is earlier than {TraceFile.Show(_previous)}, the arrival "
                + "before; sort the lines by time.");
        }
        _previous = Value(member);
        return arrival;
    }

    /// <summary>An error at a member of the current row.</summary>
    public readonly ConfigException Error(int member, string problem) =>
        _file.Error(Line, _names[member], problem);

    /// <summary>The member's value as a message shows it.</summary>
    public readonly string Shown(int member) => TraceFile.Show(Value(member).Trim((byte)'"'));
}
