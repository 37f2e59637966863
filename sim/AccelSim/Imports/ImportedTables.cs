using System.Globalization;
using System.IO.Compression;
using System.Text;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Validation;

namespace AccelSim.Imports;

/// <summary>
/// Writes rows of other programs as the tables that <c>validate --tables</c> and
/// <c>calibrate --tables</c> read.
/// </summary>
public sealed class ImportedTables : IDisposable
{
    private readonly string _folder;
    private readonly string _device;
    private readonly SortedDictionary<string, (StreamWriter Writer, int Rows)> _open =
        new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, int> _leftOut = new(StringComparer.Ordinal);

    /// <summary>Prepares; a file is made with its first row.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="hardware">The shipped accelerator that was measured.</param>
    /// <exception cref="ConfigException">No shipped file describes it.</exception>
    public ImportedTables(string folder, string hardware)
    {
        (_folder, _device) = (folder, TableNames.Of(hardware));
        if (TableNames.Hardware(_device) is not null) return;
        throw new ConfigException("", 0, "--hardware",
            $"\"{hardware}\" is no shipped accelerator, which tables are named after; "
            + NearestName.Hint(hardware, Catalog.Accelerators));
    }

    /// <summary>The files written so far, and their rows.</summary>
    public IReadOnlyList<(string File, int Rows)> Files =>
        [.. _open.Select(pair => (pair.Key, pair.Value.Rows))];

    /// <summary>Rows that no table holds, by reason.</summary>
    public IReadOnlyDictionary<string, int> LeftOut => _leftOut;

    /// <summary>Notes a row that no table holds.</summary>
    /// <param name="reason">Why.</param>
    public void Leave(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

    /// <summary>Adds a row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="texts">The table's texts, in its order.</param>
    /// <param name="shape">The table's shape, in its order.</param>
    /// <param name="microseconds">What was measured.</param>
    /// <param name="backend">The engine; empty where it is not known.</param>
    public void Add(
        MeasuredTable table, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape,
        double microseconds, string backend = "")
    {
        ArgumentNullException.ThrowIfNull(table);
        var hasBackend = table.Texts.Contains(MeasuredTable.Backend);
        if (!_open.TryGetValue(table.File, out var file))
        {
            file = (Create(table.File), 0);
            file.Writer.Write(string.Join(',', table.Columns));
            file.Writer.Write(hasBackend ? "\n" : $",{MeasuredTable.Backend}\n");
        }
        var line = new StringBuilder(_device);
        foreach (var text in texts) line.Append(',').Append(text);
        foreach (var size in shape) line.Append(CultureInfo.InvariantCulture, $",{size}");
        line.Append(CultureInfo.InvariantCulture, $",{microseconds:0.######}");
        if (!hasBackend) line.Append(',').Append(backend);
        file.Writer.Write(line.Append('\n'));
        _open[table.File] = (file.Writer, file.Rows + 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (writer, _) in _open.Values) writer.Dispose();
    }

    private StreamWriter Create(string name) => new(
        new GZipStream(
            File.Create(Path.Combine(_folder, name)), CompressionLevel.Optimal),
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}
