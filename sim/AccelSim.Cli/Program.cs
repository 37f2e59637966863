using AccelSim.Cli.Output;
using AccelSim.Cli;

return CommandLine.Run(args, Terminal.Console());
