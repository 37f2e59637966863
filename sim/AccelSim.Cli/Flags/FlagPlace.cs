using AccelSim.Configuration;

namespace AccelSim.Cli.Flags;

/// <summary>Names the flag that a problem with a member of a scenario is about.</summary>
internal static class FlagPlace
{
    private static readonly Dictionary<string, string> Flags = new()
    {
        ["$.seed"] = "--seed",
        ["$.costModel"] = "--cost-model",
        ["$.requests"] = "--num-requests",
        ["$.arrivals.requestsPerSecond"] = "--request-rate",
        ["$.arrivals.burstiness"] = "--burstiness",
        ["$.input.tokens"] = "--isl",
        ["$.output.tokens"] = "--osl",
        ["$.sharedPrefix.tokens"] = "--prefix",
        ["$.workload.rateScale"] = "--rate-scale",
    };

    /// <summary>Does something that flags asked for.</summary>
    public static T Tell<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ConfigException e) when (e.All.Any(IsFlags))
        {
            throw ConfigException.Of(e.All.Select(problem => IsFlags(problem)
                ? new ConfigException("", 0, Flags[problem.Path], problem.Problem)
                : problem));
        }
    }

    private static bool IsFlags(ConfigException problem) =>
        problem.File.Length == 0 && Flags.ContainsKey(problem.Path);
}
