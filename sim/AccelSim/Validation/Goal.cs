namespace AccelSim.Validation;

/// <summary>An accuracy that is asked for: of which rows, and how far they may be off.</summary>
/// <param name="Name">As reports show it.</param>
/// <param name="Table">The table that has such rows.</param>
/// <param name="Calibrated">With figures fitted on other sites of the same device.</param>
/// <param name="SheetOnly">With figures of other devices and the data sheet.</param>
public sealed record Goal(
    string Name, MeasuredTable Table, GoalErrors Calibrated, GoalErrors SheetOnly)
{
    private const double Megabyte = 1e6, Microsecond = 1e-6;

    /// <summary>Which of the table's rows count; all by default.</summary>
    internal Func<GoalRow, bool> Counts { get; init; } = _ => true;

    /// <summary>All of them, in the order of reports.</summary>
    public static IReadOnlyList<Goal> All { get; } =
    [
        new("GEMM bf16, HBM GPUs", MeasuredTable.Gemm, new(0.06, 0.18), new(0.08, 0.22))
        {
            Counts = row => row.HasHbm && row.Is("dtype", "bfloat16"),
        },
        new("GEMM bf16, GDDR GPUs", MeasuredTable.Gemm, new(0.07, 0.22), new(0.10, 0.30))
        {
            Counts = row => !row.HasHbm && row.Is("dtype", "bfloat16"),
        },
        new("GEMM fp8, W8A8, int8, int4", MeasuredTable.Gemm, new(0.09, 0.25), new(0.12, 0.35))
        {
            Counts = row => !row.Is("dtype", "bfloat16"),
        },
        new("decode attention over 50 µs", MeasuredTable.AttentionDecode,
            new(0.04, 0.20), new(0.08, 0.25))
        {
            Counts = row => row.Seconds > 50 * Microsecond,
        },
        new("prefill attention, prompts of 512 tokens and more", MeasuredTable.AttentionPrefill,
            new(0.06, 0.20), new(0.12, 0.30))
        {
            Counts = row => row.Rows.Whole("seq") >= 512,
        },
        new("MoE", MeasuredTable.Moe, new(0.10, 0.30), new(0.15, 0.40)),
        new("MLA", MeasuredTable.Mla, new(0.10, 0.30), new(0.15, 0.40)),
        new("all-reduce on NVLink, 8 MB and more", MeasuredTable.AllReduce,
            new(0.06, 0.20), new(0.10, 0.30))
        {
            Counts = row => row.HasNvlink && row.Is("op", "all_reduce")
                && row.Rows.Whole("bytes", 1, long.MaxValue) >= 8 * Megabyte,
        },
        new("all-reduce on NVLink, below 8 MB", MeasuredTable.AllReduce,
            new(0.06, 0.20), new(0.20, null))
        {
            Counts = row => row.HasNvlink && row.Is("op", "all_reduce")
                && row.Rows.Whole("bytes", 1, long.MaxValue) < 8 * Megabyte,
        },
    ];
}

/// <summary>The largest errors that are allowed, as shares.</summary>
/// <param name="Median">Of the absolute error.</param>
/// <param name="P90">Of the absolute error; null where none is asked for.</param>
public sealed record GoalErrors(double Median, double? P90);

/// <summary>A row as goals see it.</summary>
/// <param name="Rows">The table, at the row.</param>
/// <param name="Seconds">What was measured.</param>
/// <param name="HasHbm">Whether the device's main memory is HBM.</param>
/// <param name="HasNvlink">Whether its accelerators talk over NVLink.</param>
internal readonly record struct GoalRow(
    TableRows Rows, double Seconds, bool HasHbm, bool HasNvlink)
{
    /// <summary>Whether a column holds that text.</summary>
    public bool Is(string column, string text) => Rows.Field(column).SequenceEqual(text);
}

/// <summary>How far rows of one goal are off.</summary>
/// <param name="Goal">What is asked for.</param>
/// <param name="Device">As the tables name it; empty for all devices together.</param>
/// <param name="Errors">The errors.</param>
/// <param name="Worst">The rows that are off by the largest factor, the worst first.</param>
public sealed record GoalCell(
    Goal Goal, string Device, ErrorSummary Errors, IReadOnlyList<JudgedRow> Worst);
