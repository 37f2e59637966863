using AccelSim.Configuration;
using AccelSim.Serving;
using AccelSim.Workloads.Runs;

namespace AccelSim.Validation.Runs;

/// <summary>How many equal replicas share a run's requests, and who gives each one.</summary>
/// <param name="Count">As the command states it; null where it does not.</param>
/// <param name="Router">As the command states it; null where it does not.</param>
public sealed record RunReplicas(int? Count = null, RouterKind? Router = null)
{
    /// <summary>The replicas that are simulated: the run's own, or else those stated.</summary>
    /// <param name="run">What the run states.</param>
    /// <param name="engines">Independent engines that each replica stands for.</param>
    /// <exception cref="ConfigException">Both state them, and they differ.</exception>
    internal int Of(RunSettings run, int engines)
    {
        var stated = (Count ?? 1) * engines;
        if (run.Replicas is not { } known || known == stated) return stated;
        if (Count is null && known % engines == 0) return known;
        throw new ConfigException("", 0, Count is null ? "--dp" : "--replicas",
            $"asks for {stated} engines here, but {known} served the run ({run.File}); leave it "
            + "out to take the run's.");
    }

    /// <summary>Who gives each request to a replica.</summary>
    /// <param name="run">What the run states.</param>
    /// <param name="replicas">How many there are: one needs no router.</param>
    /// <exception cref="ConfigException">Both state it, and they differ; or it needs what a run
    /// does not tell.</exception>
    internal RouterKind RouterOf(RunSettings run, int replicas)
    {
        if (replicas == 1 && Router != RouterKind.PrefixAware) return RouterKind.RoundRobin;
        var known = run.Router is null ? (RouterKind?)null : Named(run);
        if (known is { } own && Router is { } stated && own != stated)
        {
            throw new ConfigException("", 0, "--router",
                $"is {Text(stated)} here, but {Text(own)} in the run ({run.File}); leave it out "
                + "to take the run's.");
        }
        var router = Router ?? known ?? RouterKind.RoundRobin;
        return router != RouterKind.PrefixAware
            ? router
            : throw new ConfigException(known is null ? "" : run.File!, 0,
                known is null ? "--router" : "$.router",
                "is prefix-aware, which looks at the text of prompts; a run tells their lengths "
                + "alone, so that only round-robin and least-loaded can be compared.");
    }

    private static RouterKind Named(RunSettings run)
    {
        foreach (var kind in Enum.GetValues<RouterKind>())
        {
            if (Text(kind) == run.Router!.Replace('_', '-')) return kind;
        }
        throw new ConfigException(run.File!, 0, "$.router",
            $"is \"{run.Router}\"; expected round_robin, least_loaded or prefix_aware.");
    }

    private static string Text(RouterKind kind) => string.Concat(kind.ToString().Select(
        (c, i) => (i > 0 && char.IsUpper(c) ? "-" : "") + char.ToLowerInvariant(c)));
}
