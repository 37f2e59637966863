namespace AccelSim.Validation;

/// <summary>Collects the errors of the rows that goals speak of.</summary>
internal sealed class GoalLedger
{
    private const int MostWorst = 5;
    private readonly Dictionary<(Goal Goal, string Device), Rows> _cells = [];

    /// <summary>Goals and devices in the order of reports; all devices together first.</summary>
    public IReadOnlyList<GoalCell> Cells =>
    [
        .. Goal.All.SelectMany(goal => _cells
            .Where(cell => cell.Key.Goal == goal)
            .OrderBy(cell => cell.Key.Device, StringComparer.Ordinal)
            .Select(cell => new GoalCell(
                goal, cell.Key.Device,
                ErrorSummary.Of([.. cell.Value.Errors], cell.Value.Covered), cell.Value.Worst))),
    ];

    /// <summary>Adds a row to the goals that it counts for.</summary>
    public void Add(
        TableRows rows, MeasuredTable table, JudgedDevice device, string format,
        in ErrorLedger.Prediction prediction, double measured)
    {
        var seen = new GoalRow(rows, measured, device.HasHbm, device.HasNvlink);
        foreach (var goal in Goal.All)
        {
            if (goal.Table != table || !goal.Counts(seen)) continue;
            foreach (var name in new[] { "", device.Name })
            {
                if (!_cells.TryGetValue((goal, name), out var cell))
                    _cells[(goal, name)] = cell = new Rows();
                cell.Errors.Add(prediction.Seconds / measured - 1);
                if (prediction.Covers(measured)) cell.Covered++;
                Keep(cell.Worst, rows, device.Name, format, prediction.Seconds, measured);
            }
        }
    }

    private static void Keep(
        List<JudgedRow> worst, TableRows rows, string device, string format, double predicted,
        double measured)
    {
        var factor = Math.Max(predicted / measured, measured / predicted);
        if (worst.Count == MostWorst && factor <= worst[^1].Factor) return;
        var row = new JudgedRow(
            rows.Name, device, format, rows.Shape, rows.Line, predicted, measured);
        var at = worst.FindIndex(other => other.Factor < factor);
        worst.Insert(at < 0 ? worst.Count : at, row);
        if (worst.Count > MostWorst) worst.RemoveAt(MostWorst);
    }

    private sealed class Rows
    {
        public List<double> Errors { get; } = [];

        public int Covered { get; set; }

        public List<JudgedRow> Worst { get; } = [];
    }
}
