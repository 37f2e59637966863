namespace AccelSim.Events;

/// <summary>Who waits for whom, to name a deadlock instead of hanging.</summary>
/// <remarks>
/// An actor waits for at most one other, which is how a serial simulation blocks: on one resource,
/// held by one holder. Reports are the same on every run: actors are asked in registration order.
/// </remarks>
public sealed class WaitsForGraph
{
    private readonly List<string> _actors = [];
    private readonly Dictionary<string, (string Holder, string Reason)> _waits =
        new(StringComparer.Ordinal);

    /// <summary>An actor begins to wait; replaces what it waited for before.</summary>
    /// <param name="actor">Who waits, such as <c>request 12</c>.</param>
    /// <param name="holder">Who would end the wait, such as <c>request 7</c>.</param>
    /// <param name="reason">For what, such as <c>4 KV blocks</c>.</param>
    public void Wait(string actor, string holder, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        ArgumentException.ThrowIfNullOrEmpty(holder);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        if (!_waits.ContainsKey(actor)) _actors.Add(actor);
        _waits[actor] = (holder, reason);
    }

    /// <summary>An actor waits no longer; nothing happens if it did not.</summary>
    public void Release(string actor)
    {
        if (_waits.Remove(actor)) _actors.Remove(actor);
    }

    /// <summary>The first cycle, or else the longest chain and the actor at its end.</summary>
    public WaitsForReport FindCycle()
    {
        List<string> longest = [];
        foreach (var start in _actors)
        {
            var chain = Follow(start, out var closesAt);
            if (closesAt >= 0) return new WaitsForReport(true, Describe(chain[closesAt..]));
            if (chain.Count > longest.Count) longest = chain;
        }
        return longest.Count == 0
            ? new WaitsForReport(false, "Nobody waits.")
            : new WaitsForReport(
                false, Describe(longest) + $"; {longest[^1]} waits for nobody.");
    }

    /// <summary>The actors from one on, each waiting for the next.</summary>
    /// <param name="start">The first.</param>
    /// <param name="closesAt">Index to which the last one returns; -1 when it does not.</param>
    private List<string> Follow(string start, out int closesAt)
    {
        List<string> chain = [start];
        Dictionary<string, int> seen = new(StringComparer.Ordinal) { [start] = 0 };
        while (_waits.TryGetValue(chain[^1], out var wait))
        {
            chain.Add(wait.Holder);
            if (seen.TryGetValue(wait.Holder, out closesAt)) return chain;
            seen[wait.Holder] = chain.Count - 1;
        }
        closesAt = -1;
        return chain;
    }

    private string Describe(List<string> chain)
    {
        var text = chain[0];
        for (var i = 1; i < chain.Count; i++)
        {
            text += $" waits for {chain[i]} ({_waits[chain[i - 1]].Reason})";
            if (i < chain.Count - 1) text += $", {chain[i]}";
        }
        return text;
    }
}

/// <summary>What a <see cref="WaitsForGraph"/> found.</summary>
/// <param name="IsCycle">Whether the actors wait for each other in a circle.</param>
/// <param name="Description">The cycle, or the longest chain and its end.</param>
public readonly record struct WaitsForReport(bool IsCycle, string Description);
