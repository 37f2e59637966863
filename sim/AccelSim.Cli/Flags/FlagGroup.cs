using System.CommandLine;

namespace AccelSim.Cli.Flags;

/// <summary>Flags that help shows under one heading.</summary>
internal sealed record FlagGroup(string Title, IReadOnlyList<Option> Flags);
