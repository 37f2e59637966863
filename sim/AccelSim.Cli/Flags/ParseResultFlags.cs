using System.CommandLine;
using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>What flags say together.</summary>
internal static class ParseResultFlags
{
    /// <summary>Whether a flag was typed.</summary>
    public static bool Has(this ParseResult parsed, Option flag) =>
        parsed.GetResult(flag) is { Implicit: false };

    /// <summary>Refuses flags next to a file that decides what they say.</summary>
    /// <exception cref="ConfigException">One was typed; tells all.</exception>
    public static void Refuse(this ParseResult parsed, IEnumerable<Option> flags, string file)
    {
        var typed = flags.Where(parsed.Has)
            .Select(flag => new ConfigException("", 0, flag.Name,
                $"is what {file} decides; change it there, or leave out the file."))
            .ToArray();
        if (typed.Length > 0) throw ConfigException.Of(typed);
    }

    /// <summary>True or false as two opposite switches say; null where neither was typed.</summary>
    /// <exception cref="ConfigException">Both were.</exception>
    public static bool? OnOrOff(this ParseResult parsed, Option<bool> on, Option<bool> off)
    {
        var (isOn, isOff) = (parsed.Has(on), parsed.Has(off));
        if (isOn && isOff)
        {
            throw new ConfigException("", 0, on.Name,
                $"contradicts {off.Name}; keep one of them.");
        }
        return isOn ? true : isOff ? false : null;
    }
}
