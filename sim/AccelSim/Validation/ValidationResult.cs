namespace AccelSim.Validation;

/// <summary>What a rung of the cost ladder is worth against measured tables.</summary>
/// <param name="Rung">Its name.</param>
/// <param name="Groups">By operator, device, format and regime, in a stable order.</param>
/// <param name="Overall">All judged rows; null where there are none.</param>
/// <param name="Worst">The rows that are off by the largest factor, the worst first.</param>
/// <param name="Tables">What was read, and what was not.</param>
/// <param name="Skipped">Rows that could not be priced, by reason.</param>
/// <param name="Points">A sample of the judged rows for a plot.</param>
public sealed record ValidationResult(
    string Rung,
    IReadOnlyList<ErrorGroup> Groups,
    ErrorSummary? Overall,
    IReadOnlyList<JudgedRow> Worst,
    IReadOnlyList<TableCount> Tables,
    IReadOnlyList<SkippedRows> Skipped,
    IReadOnlyList<JudgedRow> Points)
{
    /// <summary>The groups with regimes put together: operator, device and format.</summary>
    public required IReadOnlyList<ErrorGroup> ByFormat { get; init; }

    /// <summary>The groups put together by operator and device.</summary>
    public required IReadOnlyList<ErrorGroup> ByDevice { get; init; }

    /// <summary>The rows that goals speak of, in the order of the goals.</summary>
    public IReadOnlyList<GoalCell> Goals { get; init; } = [];

    /// <summary>Measurements of whole systems, as far as they are there.</summary>
    public IReadOnlyList<WholeRows> Whole { get; init; } = [];

    /// <summary>All measurements of whole systems; null where there are none.</summary>
    public ErrorSummary? OverallWhole
    {
        get
        {
            var errors = Whole.SelectMany(rows => rows.Rows).Select(row => row.Error).ToArray();
            return errors.Length == 0 ? null : ErrorSummary.Of(errors);
        }
    }

    /// <summary>What was read, measurements of whole systems included.</summary>
    public IReadOnlyList<TableCount> AllTables => [.. Tables, .. Whole.Select(rows => rows.Count)];

    /// <summary>What was not, measurements of whole systems included.</summary>
    public IReadOnlyList<SkippedRows> AllSkipped =>
        [.. Skipped, .. Whole.SelectMany(rows => rows.Skipped)];
}

/// <summary>Rows that are judged together.</summary>
/// <param name="Operator">The table's name.</param>
/// <param name="Device">As the tables name it.</param>
/// <param name="Format">Empty where formats are put together.</param>
/// <param name="Regime">Null where regimes are put together.</param>
/// <param name="Errors">Their errors.</param>
public sealed record ErrorGroup(
    string Operator, string Device, string Format, Regime? Regime, ErrorSummary Errors);

/// <summary>One row.</summary>
/// <param name="Operator">The table's name.</param>
/// <param name="Device">As the tables name it.</param>
/// <param name="Format">Its format.</param>
/// <param name="Shape">Its shape; empty where it was not kept.</param>
/// <param name="Line">Its line in the table.</param>
/// <param name="Predicted">In seconds.</param>
/// <param name="Measured">In seconds.</param>
public sealed record JudgedRow(
    string Operator, string Device, string Format, string Shape, int Line, double Predicted,
    double Measured)
{
    /// <summary>The signed error, as a share.</summary>
    public double Error => Predicted / Measured - 1;

    /// <summary>How many times too long or too short: at least 1.</summary>
    public double Factor => Math.Max(Predicted / Measured, Measured / Predicted);
}

/// <summary>What became of the rows of one table; every row is in one of the counts.</summary>
/// <param name="Table">Its name.</param>
/// <param name="IsThere">False where the folder has no such file.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Judged">Rows priced and compared.</param>
/// <param name="Skipped">Rows that could not be priced.</param>
/// <param name="LeftOut">Rows of devices that were not asked for.</param>
public sealed record TableCount(
    string Table, bool IsThere, int Rows, int Judged, int Skipped, int LeftOut);

/// <summary>Rows that could not be priced.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rows">How many.</param>
public sealed record SkippedRows(string Table, string Reason, int Rows);
