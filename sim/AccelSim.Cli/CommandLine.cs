using System.CommandLine;
using System.CommandLine.Help;
using AccelSim.Cli.Flags;
using AccelSim.Cli.Output;
using AccelSim.Cli.Verbs;
using AccelSim.Configuration;
using AccelSim.Models;

namespace AccelSim.Cli;

/// <summary>The whole command line: what a user types in, an exit code out.</summary>
internal static class CommandLine
{
    /// <summary>More are no help: a file with so many is of another kind.</summary>
    private const int MostProblems = 10;

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As typed, without the program's name.</param>
    /// <param name="terminal">Where texts go.</param>
    public static int Run(string[] arguments, Terminal terminal)
    {
        try
        {
            var code = Invoke(arguments, terminal);
            terminal.Out.Flush();
            return code;
        }
        catch (ConfigException e)
        {
            foreach (var problem in e.All.Take(MostProblems))
                terminal.Error.WriteLine(problem.Message);
            if (e.All.Count > MostProblems)
                terminal.Error.WriteLine($"and {e.All.Count - MostProblems} more.");
            return ExitCode.WrongInput;
        }
        catch (InfeasiblePlanException e)
        {
            terminal.Error.WriteLine("infeasible: " + e.Message);
            return ExitCode.Failed;
        }
        catch (OutOfMemoryException)
        {
            terminal.Error.WriteLine("infeasible: this machine has too little memory for it.");
            return ExitCode.Failed;
        }
        catch (IOException e) when (terminal.IsBrokenPipe(e))
        {
            // "accelsim list hardware | head": whoever reads has seen enough.
            return ExitCode.Done;
        }
        catch (Exception e) when (Terminal.IsUnwritable(e))
        {
            terminal.Error.WriteLine(
                "cannot write the output: " + (e.InnerException ?? e).Message);
            return ExitCode.WrongInput;
        }
        catch (StoppedException e)
        {
            terminal.Error.WriteLine(e.Message);
            return e.Code;
        }
#pragma warning disable CA1031 // The last resort: a bug must not look like wrong input.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ReportBug(arguments, e, terminal);
            return ExitCode.Bug;
        }
    }

    private static int Invoke(string[] arguments, Terminal terminal)
    {
        var root = Root(terminal);
        if (arguments is ["help", .. var verbs]) arguments = [.. verbs, "--help"];
        UnknownFlags.Refuse(root, arguments);
        var parsed = root.Parse(
            arguments,
            new ParserConfiguration
            {
                EnablePosixBundling = false,
                ResponseFileTokenReplacer = null,
            });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpText)
        {
            var verb = parsed.CommandResult.Command is Verb own ? " " + own.Name : "";
            throw ConfigException.Of(
            [
                .. parsed.Errors.Select(error => error.Message).Distinct()
                    .Select(message => new ConfigException("", 0, "", Reword(message))),
                new ConfigException("", 0, "", $"\"accelsim{verb} --help\" tells what is right."),
            ]);
        }
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    /// <summary>All verbs under one root.</summary>
    internal static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand(
            "Simulates LLM inference serving on real and hypothetical accelerators.");
        Verb[] verbs =
        [
            new DemoVerb(terminal), new SimulateVerb(terminal), new EstimateVerb(terminal),
            new ExplainVerb(terminal), new ListVerb(terminal), new ShowVerb(terminal),
            new LintVerb(terminal), new DiffVerb(terminal), new ValidateVerb(terminal),
            new CalibrateVerb(terminal), new DevicesVerb(terminal), new RunVerb(terminal),
            new MeasureVerb(terminal), new CaptureVerb(terminal), new ReplayVerb(terminal),
            new CompareVerb(terminal), new ImportVerb(terminal),
        ];
        foreach (var verb in verbs) root.Add(verb);
        foreach (var option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpText(terminal);
            if (option is VersionOption version) version.Action = new VersionText(terminal);
        }
        return root;
    }

    /// <summary>The parser's own texts in the words of this program.</summary>
    private static string Reword(string message)
    {
        if (message == "Required command was not provided.") return "no verb is given.";
        var parts = message.Split('\'');
        return message.StartsWith("Required argument '", StringComparison.Ordinal)
            ? $"{parts[1]} is missing."
            : message;
    }

    private static void ReportBug(string[] arguments, Exception e, Terminal terminal)
    {
        terminal.Error.WriteLine($"{e.GetType().Name}: {e.Message}");
        if (e.StackTrace is { } trace) terminal.Error.WriteLine(trace.Split('\n')[0].TrimEnd());
        terminal.Error.WriteLine(
            "This is a bug in AccelSim, not in your input. Please report it with the command: "
            + "accelsim " + string.Join(' ', arguments));
    }
}
