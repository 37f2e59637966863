using System.Runtime.InteropServices;
using AccelSim.Cli;
using AccelSim.Cli.Output;

// Ctrl-C and kill leave nothing half-written behind.
var terminal = Terminal.Console();
using var interrupt = PosixSignalRegistration.Create(
    PosixSignal.SIGINT, context => Stop(context, ExitCode.Interrupted));
using var kill = PosixSignalRegistration.Create(
    PosixSignal.SIGTERM, context => Stop(context, ExitCode.Killed));
return CommandLine.Run(args, terminal);

void Stop(PosixSignalContext context, int code)
{
    context.Cancel = true;
    // A run that shows a bar takes it away itself, ends and tells.
    if (Progress.Stop(code)) return;
    OutputFolder.DropUnfinished();
    terminal.Error.WriteLine(Progress.Left);
    Environment.Exit(code);
}
