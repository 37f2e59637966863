using System.Globalization;
using AccelSim.Validation;

namespace AccelSim.Cli.Output;

/// <summary>What is asked of the cost model, and what it reaches.</summary>
internal static class GoalTables
{
    /// <summary>Writes a table for each of the two that was judged.</summary>
    public static void Write(
        Terminal terminal, ValidationResult? calibrated, ValidationResult? sheetOnly)
    {
        if (calibrated is not null)
            Write(terminal, calibrated, goal => goal.Calibrated, goal => goal.Calibrated);
        if (sheetOnly is not null)
            Write(terminal, sheetOnly, goal => goal.SheetOnly, goal => goal.SheetOnly);
    }

    private static void Write(
        Terminal terminal, ValidationResult result, Func<Goal, GoalErrors> asked,
        Func<WholeGoal, GoalErrors?> whole)
    {
        var table = new TextTable(
            $"Goals: {result.Rung}", "~goal", "device", ">rows", ">median", ">at most", ">p90",
            ">at most", ">in band");
        foreach (var cell in result.Goals)
        {
            var most = asked(cell.Goal);
            table.Row(
                cell.Goal.Name, cell.Device.Length == 0 ? "all" : cell.Device,
                Figures.Whole(cell.Errors.Count), ValidationTables.Percent(cell.Errors.Median),
                Whole(most.Median), ValidationTables.Percent(cell.Errors.P90), Whole(most.P90),
                ValidationTables.Percent(cell.Errors.Coverage));
        }
        foreach (var goal in WholeGoal.All)
        {
            if (whole(goal) is not { } most || goal.Of(result) is not { } errors) continue;
            table.Row(
                goal.Name, "all", Figures.Whole(errors.Count),
                ValidationTables.Percent(errors.Median), Whole(most.Median),
                ValidationTables.Percent(errors.P90), Whole(most.P90), "–");
        }
        table.Write(terminal, "Absolute errors on rows that no figure was fitted to. In band: "
            + "measured within the 90 % band of the prediction, whose spread did not see them "
            + "either.");
    }

    private static string Whole(double? share) => share is { } one
        ? (100 * one).ToString("0", CultureInfo.InvariantCulture) + " %"
        : "–";
}
