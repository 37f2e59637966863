using System.Globalization;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>How every CSV file is written: the same bytes in every country.</summary>
internal static class CsvOutput
{
    /// <summary>Numbers with a point, lines that end in a line feed, no byte order mark.</summary>
    public static CsvWriterOptions Options { get; } = new()
    {
        FormatProvider = CultureInfo.InvariantCulture,
        NewLine = "\n",
        WriteByteOrderMark = false,
    };
}
