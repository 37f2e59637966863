using System.CommandLine;
using System.Globalization;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>
/// Refuses flags and verbs that do not exist (an abbreviation does not exist either), flags without
/// their value and flags given twice.
/// </summary>
/// <remarks>
/// The parser would take an unknown <c>--tpp 2</c> for an argument where a verb has one, so that
/// its message would be about something else; and it would let a second <c>--tp</c> pass where that
/// one has no value.
/// </remarks>
internal static class UnknownFlags
{
    /// <summary>Throws where a token is no flag of its verb.</summary>
    /// <exception cref="ConfigException">Names the nearest flags.</exception>
    public static void Refuse(RootCommand root, IReadOnlyList<string> arguments)
    {
        Command command = root;
        List<ConfigException> problems = [];
        HashSet<Option> seen = [];
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
            if (Find(command, name) is not { } flag)
            {
                problems.Add(UnknownFlag(command, name));
                continue;
            }
            if (!seen.Add(flag)) problems.Add(new("", 0, name, "stands twice; keep one."));
            if (flag.Arity.MaximumNumberOfValues == 0 && name.Length < token.Length)
                problems.Add(new("", 0, name, $"takes no value; write {name} alone."));
            if (flag.Arity.MaximumNumberOfValues == 0 || name.Length < token.Length) continue;
            i++;
            if (i == arguments.Count || (IsFlag(arguments[i])
                && Find(command, arguments[i]) is not null))
                problems.Add(
                    new("", 0, name, $"lacks its value; write it as {name} {flag.HelpName}."));
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
            .Distinct();
        var near = string.Join(", ", NearestName.Near(name, known));
        var hint = near.Length > 0 ? "; near it: " + near : "";
        var verb = command is RootCommand ? "accelsim" : "accelsim " + command.Name;
        return new ConfigException("", 0, name,
            $"there is no such flag{hint}. \"{verb} --help\" shows all.");
    }
}
