using AccelSim.Cli.Output;

namespace AccelSim.Cli.Tests;

/// <summary>A command as a user types it, run in this process.</summary>
/// <param name="Code">What it ended with.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Typed(int Code, string Out, string Error)
{
    /// <summary>
    /// Runs a command line; words are apart by blanks, and <c>'…'</c> keeps them together.
    /// </summary>
    public static Typed Run(string command) => Run(Split(command));

    /// <summary>Runs a command.</summary>
    public static Typed Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(arguments, new Terminal(output, error));
        return new Typed(code, output.ToString(), error.ToString());
    }

    private static string[] Split(string command) =>
        [.. command.Split('\'').SelectMany((part, i) => i % 2 == 1
            ? [part]
            : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
