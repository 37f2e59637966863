using AccelSim.Validation.Runs;
using CsvHelper;

namespace AccelSim.Reports;

/// <summary>Writes <c>compare.csv</c> of a run: one row for each request.</summary>
public static class RunComparisonCsv
{
    private static readonly string[] Columns =
    [
        "line", "arrival_s", "prompt_tokens", "output_tokens", "run_ttft_ms", "simulated_ttft_ms",
        "run_tpot_ms", "simulated_tpot_ms", "run_e2e_ms", "simulated_e2e_ms", "preemptions",
    ];

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="compared">What is told.</param>
    public static void Write(string path, RunComparison compared)
    {
        ArgumentNullException.ThrowIfNull(compared);
        using var file = File.Create(path);
        using var csv = CsvWriter.Create(file, CsvOutput.Options, leaveOpen: true);
        csv.WriteRecord(Columns);
        foreach (var (run, simulated) in compared.Requests)
        {
            csv.WriteField<int>(run.Line);
            csv.WriteField<double>(run.Arrival.Picoseconds / 1e12);
            csv.WriteField<int>(run.PromptTokens);
            csv.WriteField<int>(run.OutputTokens);
            csv.WriteField<double>(run.Ttft.Milliseconds);
            csv.WriteField<double>(simulated.Ttft.Milliseconds);
            csv.WriteField<double>(run.Tpot?.Milliseconds);
            csv.WriteField<double>(simulated.Tpot?.Milliseconds);
            csv.WriteField<double>(run.Latency.Milliseconds);
            csv.WriteField<double>(simulated.E2eLatency.Milliseconds);
            csv.WriteField<int>(simulated.Preemptions);
            csv.EndRecord();
        }
    }
}
