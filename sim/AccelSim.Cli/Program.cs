using System.Runtime.InteropServices;
using AccelSim.Cli;
using AccelSim.Cli.Output;

// Ctrl-C leaves nothing half-written behind.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ =>
{
    OutputFolder.DropUnfinished();
    Environment.Exit(ExitCode.Interrupted);
});
return CommandLine.Run(args, Terminal.Console());
