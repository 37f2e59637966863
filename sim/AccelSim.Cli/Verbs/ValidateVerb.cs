using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Reports;
using AccelSim.Validation;

namespace AccelSim.Cli.Verbs;

/// <summary>Judges the cost model against measured tables.</summary>
internal sealed class ValidateVerb : Verb
{
    /// <summary>The files of an output folder.</summary>
    private static readonly string[] Files = ["validation.csv", "validation.html"];

    private readonly ValidationFlags _what = new();

    private readonly Option<double?> _maxMedian = Flag.Of<double?>(
        "--max-median", "P%", "Exit code 1 where the overall median absolute error is larger.",
        ValidationFlags.ReadPercent);

    private readonly Option<string?> _out = Flag.Text(
        "--out", "DIR", "Write validation.csv and validation.html there.");

    private readonly Option<string?> _markdown = Flag.Text(
        "--markdown", "FILE", "Write the figures as a page of documentation.");

    /// <summary>The verb.</summary>
    public ValidateVerb(Terminal terminal)
        : base(
            terminal, "validate",
            "Judges the cost model against measured kernel times and whole deployments: median, "
            + "mean and P90 absolute error and bias by device, operator, format and what the model "
            + "says it waits for.",
            "accelsim validate --tables ../shared/groundtruth",
            "accelsim validate --tables ../shared/groundtruth --devices h100-sxm \\",
            "    --operators gemm,moe --max-median 50% --out out/validation",
            "accelsim validate --tables ../shared/groundtruth --folds 5 --devices l40s")
    {
        AddGroup("What is judged", _what.All);
        AddGroup("Output", _maxMedian, _out, _markdown);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var validator = _what.Read(parsed);
        var page = parsed.GetValue(_markdown);
        TextOutput.Prepare(page, _markdown.Name, _what.Files(parsed));
        using var folder = OutputFolder.Create(parsed.GetValue(_out), Files);
        var calibrated = _what.Calibrated(parsed)?.Run();
        var sheetOnly = _what.SheetOnly(parsed)?.Run();
        // A page tells of the shipped figures too.
        var shipped = page is not null || (calibrated ?? sheetOnly) is null
            ? validator.Run()
            : null;
        var result = calibrated ?? sheetOnly ?? shipped!;
        if (folder is not null)
        {
            using (var csv = File.Create(Path.Combine(folder.Draft, Files[0])))
                ValidationCsv.Write(csv, result);
            File.WriteAllText(Path.Combine(folder.Draft, Files[1]), ValidationHtml.Text(result));
            folder.Keep();
        }
        if (page is not null)
            TextOutput.Write(page, ValidationMarkdown.Text(shipped!, calibrated, sheetOnly));
        ValidationTables.Write(Terminal, result);
        GoalTables.Write(Terminal, calibrated, sheetOnly);
        if (folder is not null) Terminal.Line($"Wrote {string.Join(", ", Files)} to {folder.Path}");
        return Decide(result, parsed.GetValue(_maxMedian));
    }

    /// <summary>The decisive figure is the last line.</summary>
    private int Decide(ValidationResult result, double? most)
    {
        if ((result.Overall ?? result.OverallWhole) is not { } overall)
        {
            Terminal.Line("Overall: no row was judged.");
            return ExitCode.Failed;
        }
        return ErrorGate.Decide(
            Terminal,
            $"Overall: median absolute error {ValidationTables.Percent(overall.Median)} over "
                + Figures.Plural(overall.Count, "row"),
            overall.Median, most);
    }
}
