namespace AccelSim.Cli.Output;

/// <summary>A table of texts: a heading, columns, rows, and what the columns mean.</summary>
/// <remarks>
/// Written by hand rather than by a library: a command has to start and end within 0.3 s, and a
/// redirected table must come out the same everywhere.
/// </remarks>
/// <param name="title">Above the table; empty for none.</param>
/// <param name="columns">
/// Headings; one that starts with '>' is aligned to the right, one with '~' may break its lines.
/// </param>
internal sealed class TextTable(string title, params string[] columns)
{
    private const int Gap = 2;
    private readonly List<string[]> _rows = [];
    private readonly string[] _headings = [.. columns.Select(column => column.TrimStart('>', '~'))];

    /// <summary>Whether it has no rows.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row with a text for each column.</summary>
    public TextTable Row(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length, nameof(cells));
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes it, then a definition of what it shows where there is one.</summary>
    public void Write(Terminal terminal, string? definition = null)
    {
        if (title.Length > 0) terminal.Heading(title);
        var widths = Widths(terminal.Width);
        if (_headings.Any(heading => heading.Length > 0)) WriteRow(terminal, _headings, widths);
        terminal.Line(new string('─', widths.Sum() + Gap * (widths.Length - 1)));
        foreach (var row in _rows) WriteRow(terminal, row, widths);
        if (definition is not null) terminal.Paragraph(definition);
        terminal.Line();
    }

    /// <summary>As wide as the texts; columns that may break share what is left.</summary>
    private int[] Widths(int total)
    {
        var widths = columns
            .Select((_, i) => _rows.Append(_headings).Max(row => row[i].Length))
            .ToArray();
        var soft = Enumerable.Range(0, columns.Length)
            .Where(i => columns[i].StartsWith('~'))
            .ToList();
        while (soft.Count > 0)
        {
            var excess = widths.Sum() + Gap * (widths.Length - 1) - total;
            if (excess <= 0) break;
            // The widest gives way until it is no wider than the next.
            var widest = soft.MaxBy(i => widths[i]);
            if (widths[widest] <= 12) break;
            widths[widest]--;
        }
        return widths;
    }

    private void WriteRow(Terminal terminal, string[] cells, int[] widths)
    {
        var lines = cells
            .Select((cell, i) => Terminal.Wrap(cell, widths[i]).ToArray())
            .ToArray();
        for (var n = 0; n < lines.Max(cell => cell.Length); n++)
        {
            var texts = lines.Select((cell, i) =>
            {
                var text = n < cell.Length ? cell[n] : "";
                return columns[i].StartsWith('>')
                    ? text.PadLeft(widths[i])
                    : text.PadRight(widths[i]);
            });
            terminal.Line(string.Join(new string(' ', Gap), texts).TrimEnd());
        }
    }
}
