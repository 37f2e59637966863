using CsvHelper;

namespace AccelSim.Reports;

/// <summary>Writes <c>formats.csv</c>: one row per format.</summary>
public static class FormatsCsv
{
    private static readonly string[] Columns =
    [
        "model", "text", "device", "format", "runs_as", "weight_bytes", "kv_bytes_per_token",
        "seconds_per_token", "perplexity", "basis",
    ];

    /// <summary>Writes the rows as UTF-8; the stream stays open.</summary>
    public static void Write(Stream stream, TriedFormats compared)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(compared);
        using var csv = CsvWriter.Create(stream, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var trial in compared.Trials)
        {
            csv.WriteField(compared.Model);
            csv.WriteField(compared.Text);
            csv.WriteField(compared.Device);
            csv.WriteField(trial.Format);
            csv.WriteField(trial.RunsAs);
            csv.WriteField<long>(trial.WeightBytes);
            csv.WriteField<double>(trial.KvBytesPerToken);
            csv.WriteField<double>(trial.SecondsPerToken);
            csv.WriteField<double>(trial.Perplexity);
            csv.WriteField("measured");
            csv.EndRecord();
        }
    }
}
