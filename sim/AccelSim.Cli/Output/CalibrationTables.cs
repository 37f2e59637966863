using AccelSim.Calibration;
using AccelSim.Cli.Flags;

namespace AccelSim.Cli.Output;

/// <summary>What a calibration prints.</summary>
internal static class CalibrationTables
{
    /// <summary>Writes the errors of each family and what was left out.</summary>
    public static void Write(Terminal terminal, CalibrationPlan plan, CalibrationResult result)
    {
        var table = new TextTable(
            $"Figures fitted to {string.Join(" and ", plan.Fitted)}", "family", ">rows", ">sites",
            ">median", ">p90", ">held-out median", ">held-out p90");
        foreach (var fit in result.Families)
        {
            table.Row(
                Figures.Name(fit.Family), Figures.Whole(fit.Rows), Figures.Whole(fit.Sites),
                ValidationTables.Percent(fit.InSample.Median),
                ValidationTables.Percent(fit.InSample.P90),
                ValidationTables.Percent(fit.HeldOut.Median),
                ValidationTables.Percent(fit.HeldOut.P90));
        }
        table.Write(terminal,
            "Absolute errors of predicted times. Held out: "
            + (plan.Judge is { } judge
                ? $"rows of {judge}, which no figure was fitted to."
                : $"rows of whole sites, each predicted with figures fitted to the others, in "
                    + $"{plan.Calibrator.Folds} folds."));
        foreach (var (family, reason) in result.TooFew)
            terminal.Line($"Not fitted: {Figures.Name(family)}: {reason}");
        foreach (var one in result.LeftOut)
        {
            terminal.Line(
                $"Left out: {Figures.Plural(one.Rows, "row")} of {one.Table}: {one.Reason}.");
        }
    }
}
