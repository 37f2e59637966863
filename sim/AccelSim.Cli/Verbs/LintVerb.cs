using System.CommandLine;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Cli.Verbs;

/// <summary>Checks hardware files for physical nonsense.</summary>
internal sealed class LintVerb : Verb
{
    private readonly Argument<string[]> _files = new("files")
    {
        HelpName = "FILE",
        Description = "Hardware files, or shipped names.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _model = Flag.Text(
        "--model", "NAME", "A model whose weights must fit: a shipped name, a folder or a file.");

    /// <summary>The verb.</summary>
    public LintVerb(Terminal terminal)
        : base(
            terminal, "lint",
            "Finds physical nonsense in hardware files and says how to mend it. Exit code 1 where "
            + "anything is an error, 0 where all is well or merely unusual.",
            "accelsim lint my-chip.json", "accelsim lint my-chip.json --model llama-3.1-70b")
    {
        Add(_files);
        AddGroup("Flags", _model);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var weights =
            parsed.GetValue(_model) is { } name ? ModelFacts.Of(ModelCatalog.Load(name)) : null;
        List<ConfigException> broken = [];
        List<LintFinding> findings = [];
        var files = parsed.GetValue(_files)!;
        foreach (var file in files)
        {
            try
            {
                findings.AddRange(HardwareLint.Lint(
                    Catalog.Open(file), Catalog.Estimators,
                    weights is null ? null : (weights.Model.Id, weights.Weights)));
            }
            catch (ConfigException e)
            {
                broken.Add(e);
            }
        }
        foreach (var finding in findings) Terminal.Line(finding.ToString());
        var errors = findings.Count(finding => finding.Severity == LintSeverity.Error);
        var warnings = findings.Count - errors;
        errors += broken.Sum(problem => problem.All.Count);
        Terminal.Line(
            $"{Figures.Plural(files.Length, "file")}"
            + (broken.Count > 0 ? $", {Figures.Whole(broken.Count)} refused" : "")
            + $": {Figures.Plural(errors, "error")}, {Figures.Plural(warnings, "warning")}.");
        if (broken.Count > 0) throw ConfigException.Of(broken);
        return errors > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
