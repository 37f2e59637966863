using AccelSim.Validation;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>Writes <c>validation.csv</c>: one row per group.</summary>
/// <remarks>Errors are shares: 0.1 is 10 %.</remarks>
public static class ValidationCsv
{
    private static readonly string[] Columns =
    [
        "rung", "operator", "device", "format", "regime", "rows", "median_abs_error",
        "mean_abs_error", "p90_abs_error", "bias", "coverage",
    ];

    /// <summary>Writes the rows as UTF-8; the stream stays open.</summary>
    public static void Write(Stream stream, ValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(result);
        using var csv = CsvWriter.Create(stream, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var group in result.Groups)
        {
            csv.WriteField(result.Rung);
            csv.WriteField(group.Operator);
            csv.WriteField(group.Device);
            csv.WriteField(group.Format);
            csv.WriteField(JsonOutput.Name(group.Regime!.Value));
            csv.WriteField<int>(group.Errors.Count);
            csv.WriteField<double>(group.Errors.Median);
            csv.WriteField<double>(group.Errors.Mean);
            csv.WriteField<double>(group.Errors.P90);
            csv.WriteField<double>(group.Errors.Bias);
            csv.WriteField<double>(group.Errors.Coverage);
            csv.EndRecord();
        }
        ValidationWhole.Csv(csv, result);
    }
}
