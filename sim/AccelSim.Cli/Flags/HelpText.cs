using AccelSim.Cli.Output;
using System.CommandLine;
using System.CommandLine.Invocation;
using AccelSim.Cli.Verbs;

namespace AccelSim.Cli.Flags;

/// <summary>Writes help: what a verb does, how it is called, its flags, examples.</summary>
internal sealed class HelpText(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Indent = 34;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        if (parseResult.CommandResult.Command is Verb verb) WriteVerb(verb);
        else WriteRoot(parseResult.RootCommandResult.Command);
        return ExitCode.Done;
    }

    private void WriteRoot(Command root)
    {
        terminal.Line(root.Description!);
        terminal.Line();
        terminal.Heading("Usage: accelsim VERB [flags]");
        terminal.Line();
        foreach (var verb in root.Subcommands) Entry("  " + verb.Name, verb.Description!, 14);
        terminal.Line();
        terminal.Paragraph(
            "\"accelsim VERB --help\" shows a verb's flags with examples; \"accelsim "
                + "--version\" the "
            + "version. Start with \"accelsim demo\".");
        terminal.Line();
        terminal.Paragraph(
            "Exit codes: 0 done; 1 a check failed, the design does not fit, or no request was "
            + "served; 2 wrong input, or an output that cannot be written; 3 a bug in AccelSim; "
            + "130 stopped by Ctrl-C; 143 by kill.");
    }

    private void WriteVerb(Verb verb)
    {
        terminal.Paragraph(verb.Description!);
        terminal.Line();
        var arguments = string.Concat(verb.Arguments.Select(argument =>
            " " + (argument.Arity.MinimumNumberOfValues == 0
                ? $"[{argument.HelpName}]"
                : argument.HelpName)
            + (argument.Arity.MaximumNumberOfValues > 1 ? "…" : "")));
        terminal.Heading(
            $"Usage: accelsim {verb.Name}{arguments}{(verb.Groups.Count > 0 ? " [flags]" : "")}");
        terminal.Line();
        foreach (var argument in verb.Arguments)
            Entry("  " + argument.HelpName, argument.Description!, Indent);
        if (verb.Arguments.Count > 0) terminal.Line();
        foreach (var group in verb.Groups)
        {
            terminal.Heading(group.Title);
            foreach (var flag in group.Flags)
                Entry("  " + Signature(flag), flag.Description!, Indent);
            terminal.Line();
        }
        if (verb.Examples.Count == 0) return;
        terminal.Heading("Examples");
        foreach (var example in verb.Examples) terminal.Line("  " + example);
    }

    private static string Signature(Option flag)
    {
        var names = string.Join(", ", flag.Aliases.Prepend(flag.Name));
        return flag.Arity.MaximumNumberOfValues == 0 ? names : $"{names} {flag.HelpName}";
    }

    /// <summary>A name, then its description in a column of its own.</summary>
    private void Entry(string name, string description, int column)
    {
        var lines = Terminal.Wrap(description, Math.Min(terminal.Width, 100) - column);
        var left = name.PadRight(column);
        if (name.Length + 2 > column)
        {
            terminal.Line(name);
            left = new string(' ', column);
        }
        foreach (var line in lines)
        {
            terminal.Line(left + line);
            left = new string(' ', column);
        }
    }
}
