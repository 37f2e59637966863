using System.Diagnostics;
using AccelSim.Cli.Output;

namespace AccelSim.Cli.Tests;

/// <summary>
/// A command as a user types it, run in this process, or by the published file that
/// <c>ACCELSIM_FILE</c> names.
/// </summary>
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
        if (Environment.GetEnvironmentVariable("ACCELSIM_FILE") is { } file)
            return Start(file, arguments);
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(arguments, new Terminal(output, error));
        return new Typed(code, output.ToString(), error.ToString());
    }

    private static Typed Start(string file, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Typed(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string[] Split(string command) =>
        [.. command.Split('\'').SelectMany((part, i) => i % 2 == 1
            ? [part]
            : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
