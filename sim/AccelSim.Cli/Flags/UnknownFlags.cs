using System.CommandLine;
using System.Globalization;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>Refuses flags and verbs that do not exist; an abbreviation does not exist either.</summary>
/// <remarks>
/// The parser would take an unknown <c>--tpp 2</c> for an argument where a verb has one, so that
/// its message would be about something else.
/// </remarks>
internal static class UnknownFlags
{
    /// <summary>Throws where a token is no flag of its verb.</summary>
    /// <exception cref="ConfigException">Names the nearest flags.</exception>
    public static void Refuse(RootCommand root, IReadOnlyList<string> arguments)
    {
        Command command = root;
        List<ConfigException> problems = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            var token = arguments[i];
            if (token == "--") break;
            if (i == 0 && !token.StartsWith('-') && !token.StartsWith('['))
            {
                command = root.Subcommands.FirstOrDefault(verb => verb.Name == token)
                    ?? throw UnknownVerb(root, token);
                continue;
            }
            if (!IsFlag(token)) continue;
            var name = token.Split('=')[0];
            var flag = Find(command, name);
            if (flag is null) problems.Add(UnknownFlag(command, name));
            else if (name.Length == token.Length) i += flag.Arity.MaximumNumberOfValues > 0 ? 1 : 0;
        }
        if (problems.Count > 0) throw ConfigException.Of(problems);
    }

    private static bool IsFlag(string token) =>
        token.Length > 1 && token[0] == '-'
        && !double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static Option? Find(Command command, string name) =>
        command.Options.Concat(command.Parents.OfType<Command>()
                .SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            .FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static ConfigException UnknownVerb(RootCommand root, string token)
    {
        string[] verbs = [.. root.Subcommands.Select(verb => verb.Name)];
        return new ConfigException("", 0, token,
            "there is no such verb; " + NearestName.Hint(token, verbs));
    }

    private static ConfigException UnknownFlag(Command command, string name)
    {
        var known = command.Options
            .SelectMany(option => option.Aliases.Append(option.Name))
            .Where(flag => flag.StartsWith("--", StringComparison.Ordinal))
            .Append("--help");
        var near = string.Join(", ", NearestName.Of(name, known));
        var verb = command is RootCommand ? "accelsim" : "accelsim " + command.Name;
        return new ConfigException("", 0, name,
            $"there is no such flag; near it: {near}. \"{verb} --help\" shows all.");
    }
}
