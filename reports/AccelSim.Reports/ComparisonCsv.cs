using AccelSim.Traces;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>Writes <c>compare.csv</c>: one row for each operator, phase and shape.</summary>
public static class ComparisonCsv
{
    private static readonly string[] Columns =
    [
        "operator", "phase", "shape", "count", "captured_s", "predicted_s", "median_abs_error",
        "mean_abs_error", "p90_abs_error", "bias", "noise",
        "indistinguishable",
    ];

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="compared">What is told.</param>
    /// <param name="noise">Spread of repeated captures; null where there are none.</param>
    public static void Write(string path, TraceComparison compared, TraceNoise? noise)
    {
        ArgumentNullException.ThrowIfNull(compared);
        using var file = File.Create(path);
        using var csv = CsvWriter.Create(file, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var one in compared.ByShape)
        {
            csv.WriteField(one.Name);
            csv.WriteField(one.Phase);
            csv.WriteField(one.Shape);
            csv.WriteField<int>(one.Errors.Count);
            csv.WriteField<double>(one.Measured);
            csv.WriteField<double>(one.Predicted);
            csv.WriteField<double>(one.Errors.Median);
            csv.WriteField<double>(one.Errors.Mean);
            csv.WriteField<double>(one.Errors.P90);
            csv.WriteField<double>(one.Errors.Bias);
            if (noise?.Of(one) is { } spread) csv.WriteField<double>(spread);
            else csv.WriteField("");
            csv.WriteField(noise is null ? "" : noise.Hides(one) ? "true" : "false");
            csv.EndRecord();
        }
    }
}
