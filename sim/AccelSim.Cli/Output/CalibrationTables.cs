using AccelSim.Calibration;
using AccelSim.Cli.Flags;

namespace AccelSim.Cli.Output;

/// <summary>What a calibration prints.</summary>
internal static class CalibrationTables
{
    /// <summary>Writes an engine's figures and how far deployments are off with them.</summary>
    public static void Write(Terminal terminal, EngineCalibration plan, EngineFit fit)
    {
        var figures = new TextTable($"Host time of {fit.Engine}", "figure", ">time");
        List<string> bound = [];
        for (var i = 0; i < fit.Figures.Count; i++)
        {
            figures.Row(EngineFigure.All[i].Name, fit.Text(i));
            if (fit.Figures[i] > 0.99 * EngineFigure.All[i].High)
                bound.Add(EngineFigure.All[i].Name);
        }
        figures.Write(terminal,
            $"Fitted to {fit.Rows} rows of {Figures.Plural(fit.Sites, "site")}."
            + (bound.Count == 0
                ? ""
                : $" At the most that is plausible: {string.Join(", ", bound)}; deployments ask "
                    + "for more, which something else may be to blame for."));
        var errors = new TextTable(
            "Errors of deployments", "figures", ">TPOT median", ">p90", ">TTFT median", ">p90");
        foreach (var (name, one) in new[]
        {
            ("as shipped", fit.Before), ("fitted", fit.InSample), ("held out", fit.HeldOut),
        })
        {
            errors.Row(
                name, ValidationTables.Percent(one.Tpot.Median),
                ValidationTables.Percent(one.Tpot.P90), ValidationTables.Percent(one.Ttft.Median),
                ValidationTables.Percent(one.Ttft.P90));
        }
        errors.Write(terminal,
            "Held out: each site (a model on an accelerator) with figures fitted to others, in "
            + $"{plan.Folds} folds.");
    }

    /// <summary>Writes what was fitted to captured runs.</summary>
    public static void Write(Terminal terminal, TraceCalibration traces, TraceFit fit)
    {
        terminal.Paragraph(
            $"{Figures.Whole(fit.Operators)} operators of different sizes in "
            + $"{Figures.Plural(traces.Files.Count, "trace")}; launch "
            + $"{Figures.Number(fit.Launch * 1e6)} us, host "
            + $"{Figures.Number(fit.HostPerStep * 1e6)} us a step, measured", 4);
        terminal.Line();
        Families(terminal, "Figures fitted", fit.Result, "sizes within a factor of two, each "
            + $"predicted with figures fitted to the others, in {traces.Folds} folds.");
    }

    /// <summary>Writes the errors of each family and what was left out.</summary>
    public static void Write(Terminal terminal, CalibrationPlan plan, CalibrationResult result)
    {
        Families(
            terminal, $"Figures fitted to {string.Join(" and ", plan.Fitted)}", result,
            plan.Judge is { } judge
                ? $"rows of {judge}, which no figure was fitted to."
                : $"rows of whole sites, each predicted with figures fitted to the others, in "
                    + $"{plan.Calibrator.Folds} folds.");
    }

    private static void Families(
        Terminal terminal, string title, CalibrationResult result, string heldOut)
    {
        var table = new TextTable(
            title, "family", ">rows", ">sites", ">median", ">p90", ">held-out median",
            ">held-out p90");
        foreach (var fit in result.Families)
        {
            table.Row(
                Figures.Name(fit.Family), Figures.Whole(fit.Rows), Figures.Whole(fit.Sites),
                ValidationTables.Percent(fit.InSample.Median),
                ValidationTables.Percent(fit.InSample.P90),
                ValidationTables.Percent(fit.HeldOut.Median),
                ValidationTables.Percent(fit.HeldOut.P90));
        }
        table.Write(terminal, "Absolute errors of predicted times. Held out: " + heldOut);
        foreach (var (family, reason) in result.TooFew)
            terminal.Line($"Not fitted: {Figures.Name(family)}: {reason}");
        foreach (var one in result.LeftOut)
        {
            terminal.Line(
                $"Left out: {Figures.Plural(one.Rows, "row")} of {one.Table}: {one.Reason}.");
        }
    }
}
