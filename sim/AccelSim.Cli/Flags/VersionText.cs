using System.CommandLine;
using System.CommandLine.Invocation;
using AccelSim.Cli.Output;

namespace AccelSim.Cli.Flags;

/// <summary>Writes the version.</summary>
internal sealed class VersionText(Terminal terminal) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        terminal.Line(SimulatedRun.Version);
        return ExitCode.Done;
    }
}
