namespace AccelSim.Serving;

/// <summary>Chooses the replica that serves a request.</summary>
public abstract class Router
{
    /// <summary>The replica that gets the request.</summary>
    /// <param name="sequence">The request.</param>
    /// <param name="replicas">At least one, all able to serve it.</param>
    public abstract Replica Choose(Sequence sequence, IReadOnlyList<Replica> replicas);

    /// <summary>A router of a kind.</summary>
    public static Router Of(RouterKind kind) => kind switch
    {
        RouterKind.RoundRobin => new RoundRobinRouter(),
        RouterKind.LeastLoaded => new LeastLoadedRouter(),
        RouterKind.PrefixAware => new PrefixAwareRouter(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>Each replica in turn.</summary>
internal sealed class RoundRobinRouter : Router
{
    private int _next;

    public override Replica Choose(Sequence sequence, IReadOnlyList<Replica> replicas) =>
        replicas[_next++ % replicas.Count];
}

/// <summary>The replica with the fewest requests under way; the first of equals.</summary>
internal sealed class LeastLoadedRouter : Router
{
    public override Replica Choose(Sequence sequence, IReadOnlyList<Replica> replicas)
    {
        var best = replicas[0];
        for (var i = 1; i < replicas.Count; i++)
        {
            if (replicas[i].Outstanding < best.Outstanding) best = replicas[i];
        }
        return best;
    }
}

/// <summary>The replica that holds most of the prompt, unless loads differ too much.</summary>
/// <remarks>
/// The rule of SGLang's cache-aware router with its published defaults: below half of the prompt
/// matched, or with loads more than 32 requests apart, the least loaded replica serves.
/// </remarks>
internal sealed class PrefixAwareRouter : Router
{
    private const double LeastMatch = 0.5;
    private const int MostImbalance = 32;
    private readonly LeastLoadedRouter _leastLoaded = new();

    public override Replica Choose(Sequence sequence, IReadOnlyList<Replica> replicas)
    {
        var least = _leastLoaded.Choose(sequence, replicas);
        var most = replicas.Max(replica => replica.Outstanding);
        if (most - least.Outstanding > MostImbalance) return least;
        var (best, matched) = (least, least.CachedTokens(sequence));
        foreach (var replica in replicas)
        {
            var tokens = replica.CachedTokens(sequence);
            if (tokens > matched) (best, matched) = (replica, tokens);
        }
        return matched >= LeastMatch * sequence.Request.PromptTokens ? best : least;
    }
}
