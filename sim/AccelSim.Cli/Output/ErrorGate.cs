namespace AccelSim.Cli.Output;

/// <summary>A check of an error against a bound, as the last line of a command.</summary>
internal static class ErrorGate
{
    /// <summary>Tells the error, and where there is a bound whether it is within.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="text">The error in words, without an end.</param>
    /// <param name="error">As a share.</param>
    /// <param name="most">The bound as a share; null for none.</param>
    /// <returns>What the command ends with.</returns>
    public static int Decide(Terminal terminal, string text, double error, double? most)
    {
        if (most is not { } bound)
        {
            terminal.Line(text + ".");
            return ExitCode.Done;
        }
        var isWithin = error <= bound;
        terminal.Line($"{text}; {(isWithin ? "within" : "more than")} the "
            + $"{ValidationTables.Percent(bound)} allowed.");
        return isWithin ? ExitCode.Done : ExitCode.Failed;
    }
}
