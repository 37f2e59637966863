using AccelSim.Imports;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>
/// Writes <c>operators.csv</c>: one row for each operator and shape of a profile.
/// </summary>
public static class ImportedOperatorsCsv
{
    private static readonly string[] Columns =
        ["kind", "operator", "shape", "table", "count", "median_us", "total_us"];

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="operators">What is told, in this order.</param>
    public static void Write(string path, IReadOnlyList<ImportedOperator> operators)
    {
        ArgumentNullException.ThrowIfNull(operators);
        using var file = File.Create(path);
        using var csv = CsvWriter.Create(file, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var one in operators)
        {
            csv.WriteField(one.Kind);
            csv.WriteField(one.Name);
            csv.WriteField(one.Shape);
            csv.WriteField(one.Table);
            csv.WriteField<int>(one.Count);
            csv.WriteField<double>(one.MedianMicroseconds);
            csv.WriteField<double>(one.TotalMicroseconds);
            csv.EndRecord();
        }
    }
}
