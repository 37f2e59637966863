using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Studies;

namespace AccelSim.Cli.Output;

/// <summary>Looks at hardware files of users before anything is computed from them.</summary>
/// <remarks>
/// A file that contradicts itself has no right results, so it is refused. A value that is only
/// unlikely may be the what-if that somebody wants to see: it gets a warning. What
/// <c>lint</c> itself calls unusual is left to <c>lint</c>; shipped files are checked by tests.
/// </remarks>
internal static class HardwareCheck
{
    /// <summary>Opens hardware and checks it.</summary>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="name">A shipped name, or a path.</param>
    /// <exception cref="ConfigException">There is none, or it contradicts itself.</exception>
    public static HardwareDocument Open(Terminal terminal, string name)
    {
        var document = Catalog.Open(name);
        Check(terminal, name, document);
        return document;
    }

    /// <summary>Checks the hardware of a scenario, each file once.</summary>
    /// <exception cref="ConfigException">A file contradicts itself.</exception>
    public static ScenarioRunner Checked(this ScenarioRunner runner, Terminal terminal)
    {
        var named = runner.Scenario.Replicas.Zip(runner.Hardware)
            .DistinctBy(pair => pair.First.Hardware);
        foreach (var (spec, document) in named) Check(terminal, spec.Hardware, document);
        return runner;
    }

    private static void Check(Terminal terminal, string name, HardwareDocument document)
    {
        if (!Catalog.IsPath(name)) return;
        var errors = HardwareLint.Lint(document, Catalog.Estimators)
            .Where(finding => finding.Severity == LintSeverity.Error)
            .ToLookup(finding => finding.IsUnlikely);
        var more = $"\"accelsim lint {document.File}\" tells more";
        if (errors[false].Any())
        {
            throw ConfigException.Of(
            [
                new ConfigException(document.File, 0, "", "contradicts itself: "
                    + $"{more}; a what-if takes values that it overrules out with null."),
                .. errors[false].Select(finding => new ConfigException(
                    finding.File, finding.Line, finding.Path,
                    $"{finding.Problem} {finding.Mend}")),
            ]);
        }
        foreach (var finding in errors[true])
        {
            terminal.Error.WriteLine(
                (finding with { Severity = LintSeverity.Warning }).ToString());
        }
        if (errors[true].Any()) terminal.Error.WriteLine(more + ".");
    }
}
