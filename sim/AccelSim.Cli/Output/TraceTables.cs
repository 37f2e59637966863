using AccelSim.Traces;

namespace AccelSim.Cli.Output;

/// <summary>What replay and compare print.</summary>
internal static class TraceTables
{
    private const int MostShapes = 15;

    /// <summary>What ran where, and what it is set beside.</summary>
    public static void Title(
        Terminal terminal, TraceReader trace, TraceReplay replay, TraceComparison compared)
    {
        var header = trace.Header;
        var on = replay.Deployment.Device.Spec.Id;
        terminal.Paragraph(
            $"{header.Model} (weights {header.Formats.Weights}), captured on "
            + $"{header.Device.Name} ({header.Device.Backend}), replayed on {on}: "
            + $"{Figures.Plural(compared.Steps, "step")}, "
            + $"{Figures.Whole(compared.Operators)} operators; cost model "
            + replay.Deployment.Stages[0].Model.Name, 4);
        if (trace.Cut is { } cut)
        {
            terminal.Paragraph(
                $"The trace was cut off ({cut}); its {compared.Steps} whole steps are used.", 4);
        }
        terminal.Line();
    }

    /// <summary>Steps and requests side by side.</summary>
    public static void Whole(Terminal terminal, TraceComparison compared)
    {
        var table = new TextTable("", "metric", ">captured", ">replayed", ">ratio");
        void Row(string name, double? captured, double? replayed, double scale = 1)
        {
            if (captured is not { } left || replayed is not { } right) return;
            table.Row(
                name, Figures.Number(left * scale), Figures.Number(right * scale),
                left > 0 ? "× " + Figures.Number(right / left, 3) : "–");
        }
        Row("steps, s", compared.Busy.Measured, compared.Busy.Predicted);
        Row("TTFT mean, ms", compared.Measured.Ttft, compared.Predicted.Ttft, 1e3);
        Row("TPOT mean, ms", compared.Measured.Tpot, compared.Predicted.Tpot, 1e3);
        Row(
            "output tokens/s", compared.Measured.TokensPerSecond,
            compared.Predicted.TokensPerSecond);
        table.Write(terminal, "Replayed: operators as the cost model prices them; what the engine "
            + "did between them, and arrivals, as captured.");
    }

    /// <summary>Where the time goes.</summary>
    public static void Times(Terminal terminal, TraceComparison compared)
    {
        var table = new TextTable(
            "Time by kind of operator", "kind", ">captured ms", ">replayed ms", ">ratio");
        foreach (var one in compared.ByKind)
        {
            table.Row(
                one.Name, Figures.Number(one.Measured * 1e3), Figures.Number(one.Predicted * 1e3),
                "× " + Figures.Number(one.Predicted / one.Measured, 3));
        }
        table.Write(terminal);
    }

    /// <summary>Errors by kind, then the shapes that add most to the difference.</summary>
    public static void Errors(Terminal terminal, TraceComparison compared, TraceNoise? noise)
    {
        var kinds = new TextTable(
            "Errors by kind of operator", "kind", ">rows", ">captured ms", ">predicted ms",
            ">median", ">mean", ">p90", ">bias");
        foreach (var one in compared.ByKind)
        {
            var errors = one.Errors;
            kinds.Row(
                one.Name, Figures.Whole(errors.Count), Figures.Number(one.Measured * 1e3),
                Figures.Number(one.Predicted * 1e3), ValidationTables.Percent(errors.Median),
                ValidationTables.Percent(errors.Mean), ValidationTables.Percent(errors.P90),
                ValidationTables.Signed(errors.Bias));
        }
        kinds.Write(terminal, "Error: predicted / captured − 1; median, mean and P90 are of its "
            + "absolute value, bias is its median.");
        var shapes = new TextTable(
            "What adds most to the difference", "operator", "phase", "~shape", ">captured ms",
            ">predicted ms", ">bias", noise is null ? "" : ">noise");
        foreach (var one in compared.ByShape.Take(MostShapes))
        {
            var spread = noise?.Of(one);
            shapes.Row(
                one.Name, one.Phase, one.Shape, Figures.Number(one.Measured * 1e3),
                Figures.Number(one.Predicted * 1e3), ValidationTables.Signed(one.Errors.Bias),
                noise is null ? "" : spread is null ? "–"
                    : ValidationTables.Percent(spread.Value) + (noise.Hides(one) ? " ≈" : ""));
        }
        shapes.Write(terminal, noise is null ? "" : "Noise: by how much repeated captures differ "
            + $"(median {ValidationTables.Percent(noise.Floor ?? 0)}). ≈: the difference is "
            + "under it, and so indistinguishable: "
            + $"{Figures.Whole(compared.ByShape.Count(noise.Hides))} of "
            + $"{Figures.Plural(compared.ByShape.Count, "row")}, those not shown included.");
    }
}
