using AccelSim.Cli.Output;
using System.CommandLine;
using AccelSim.Cli.Flags;

namespace AccelSim.Cli.Verbs;

/// <summary>One verb: its flags in groups, examples, and what it does.</summary>
internal abstract class Verb : Command
{
    private readonly List<FlagGroup> _groups = [];

    /// <summary>A verb.</summary>
    /// <param name="terminal">Where texts go.</param>
    /// <param name="name">What a user types.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">Commands as a user types them.</param>
    protected Verb(
        Terminal terminal, string name, string description, params string[] examples)
        : base(name, description)
    {
        Terminal = terminal;
        Examples = examples;
        SetAction(Run);
    }

    /// <summary>The flags as help shows them.</summary>
    public IReadOnlyList<FlagGroup> Groups => _groups;

    /// <summary>Commands as a user types them.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Where texts go.</summary>
    protected Terminal Terminal { get; }

    /// <summary>Adds flags under a heading.</summary>
    protected void AddGroup(string title, params IEnumerable<Option> flags)
    {
        var group = new FlagGroup(title, [.. flags]);
        _groups.Add(group);
        foreach (var flag in group.Flags) Add(flag);
    }

    /// <summary>Does it.</summary>
    /// <returns>An exit code.</returns>
    protected abstract int Run(ParseResult parsed);
}
