using AccelSim.Costs;
using AccelSim.Validation.Deployments;

namespace AccelSim.Validation;

/// <summary>A kind of measurement of a whole system, not of one kernel.</summary>
/// <param name="Name">As users name it, such as <c>deployments</c>.</param>
/// <param name="Path">Its file or folder among the tables.</param>
/// <param name="Judge">
/// Judges it: folder of the tables, rung, devices asked for (empty: all).
/// </param>
public sealed record WholeTable(
    string Name, string Path, Func<string, CostRung, IReadOnlyList<string>, WholeRows> Judge)
{
    /// <summary>All of them, in the order of reports.</summary>
    public static IReadOnlyList<WholeTable> All { get; } =
    [
        new(DeploymentTable.Name, DeploymentTable.File, DeploymentRows.Judge),
        new(ServedRun.Name, ServedRun.Folder, ServedRun.Judge),
        new(PowerTable.Name, PowerTable.File, PowerTable.Judge),
    ];

    /// <summary>Whether the folder of tables has it.</summary>
    public bool IsIn(string folder)
    {
        var path = System.IO.Path.Combine(folder, Path);
        return File.Exists(path) || Directory.Exists(path);
    }
}

/// <summary>What became of the rows of one table of whole systems.</summary>
/// <param name="Rows">Those judged, in the table's order; a row may have several metrics.</param>
/// <param name="Count">What was read, and what was not.</param>
/// <param name="Skipped">Rows that could not be simulated, by reason.</param>
public sealed record WholeRows(
    IReadOnlyList<WholeRow> Rows, TableCount Count, IReadOnlyList<SkippedRows> Skipped)
{
    /// <summary>Errors by metric and kind.</summary>
    public IReadOnlyList<WholeGroup> ByKind => Put(row => "");

    /// <summary>Errors by metric, kind and what was measured.</summary>
    public IReadOnlyList<WholeGroup> ByWhat => Put(row => row.What);

    /// <summary>The row of each site and metric that is off by the largest factor.</summary>
    /// <param name="most">How many, the worst first.</param>
    public IReadOnlyList<WholeRow> Worst(int most) =>
    [
        .. Rows.GroupBy(row => (row.Metric, row.What))
            .Select(same => same.MaxBy(row => row.Factor)!)
            .OrderByDescending(row => row.Factor)
            .Take(most),
    ];

    private List<WholeGroup> Put(Func<WholeRow, string> what) =>
    [
        .. Rows.GroupBy(row => (row.Metric, row.Kind, What: what(row)))
            .OrderBy(same => same.Key.Metric, StringComparer.Ordinal)
            .ThenBy(same => same.Key.Kind, StringComparer.Ordinal)
            .ThenBy(same => same.Key.What, StringComparer.Ordinal)
            .Select(same => new WholeGroup(
                Count.Table, same.Key.Metric, same.Key.Kind, same.Key.What,
                ErrorSummary.Of([.. same.Select(row => row.Error)]))),
    ];
}

/// <summary>One metric of one measured system.</summary>
/// <param name="Metric">Such as <c>tpot</c>.</param>
/// <param name="Kind">What is put together, such as <c>dense</c>.</param>
/// <param name="What">Model, device and engine.</param>
/// <param name="Shape">The load and the plan.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Predicted">In seconds, or as a share of the power limit.</param>
/// <param name="Measured">In the same unit.</param>
public sealed record WholeRow(
    string Metric, string Kind, string What, string Shape, int Line, double Predicted,
    double Measured)
{
    /// <summary>The signed error, as a share.</summary>
    public double Error => Predicted / Measured - 1;

    /// <summary>How many times too much or too little: at least 1.</summary>
    public double Factor => Math.Max(Predicted / Measured, Measured / Predicted);
}

/// <summary>Measurements of whole systems that are judged together.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Metric">Such as <c>tpot</c>.</param>
/// <param name="Kind">What is put together, such as <c>dense</c>.</param>
/// <param name="What">Model, device and engine; empty where they are put together.</param>
/// <param name="Errors">Their errors.</param>
public sealed record WholeGroup(
    string Table, string Metric, string Kind, string What, ErrorSummary Errors);
