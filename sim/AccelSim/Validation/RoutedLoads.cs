using System.Globalization;
using AccelSim.Models;
using AccelSim.Workloads;

namespace AccelSim.Validation;

/// <summary>The loads that experts had when tables were measured.</summary>
/// <remarks>
/// Public collectors route balanced, by strides over the experts, or draw the experts' shares from
/// a power law between 1 and 0.8 · tokens (0.01 and 2 where there are fewer rows than experts),
/// give what rounding leaves to the least loaded, and time the busiest rank (AIConfigurator's
/// collector, NVIDIA, Apache-2.0, helper.py). Draws are repeated here, seeded by the load itself,
/// and averaged over five, as tables are.
/// </remarks>
internal sealed class RoutedLoads
{
    private const int Draws = 5;
    private const double Widest = 0.8, NarrowLow = 0.01, NarrowHigh = 2;
    private readonly Dictionary<Key, ExpertLoad> _known = [];

    /// <summary>
    /// The load of the rank that was timed; one that takes in other ranks' picks gives them to its
    /// first expert.
    /// </summary>
    public ExpertLoad Of(in Key key)
    {
        if (_known.TryGetValue(key, out var known)) return known;
        return _known[key] = Make(key);
    }

    private static ExpertLoad Make(in Key key)
    {
        double rows = 0, hit = 0, largest = 0, strays = 0;
        var draws = key.Exponent is null ? 1 : Draws;
        var random = new SimRandom(0, string.Create(CultureInfo.InvariantCulture, $"{key}"));
        for (var draw = 0; draw < draws; draw++)
        {
            var counts = key.Exponent is { } exponent
                ? PowerLaw(key, exponent, random)
                : Balanced(key);
            var local = counts.AsSpan(0, key.Experts / key.Ranks);
            long sum = Sum(local);
            if (key.TakesIn && key.Ranks > 1)
            {
                var all = (long)TokensOf(counts, local.Length, key) * key.PerToken;
                local[0] += (int)(all - sum);
                sum = all;
            }
            else
            {
                strays += (long)key.Tokens * key.PerToken - sum;
            }
            rows += sum;
            foreach (var count in local) hit += count > 0 ? 1 : 0;
            largest += Max(local);
        }
        return new ExpertLoad(
            (long)Math.Round(rows / draws), hit / draws, (long)Math.Round(largest / draws),
            (long)Math.Round(strays / draws));
    }

    private static int[] Balanced(in Key key)
    {
        var counts = new int[key.Experts];
        for (var token = 0; token < key.Tokens; token++)
        {
            for (var pick = 0; pick < key.PerToken; pick++)
                counts[BalancedPick(token, pick, key)]++;
        }
        return counts;
    }

    private static int[] PowerLaw(in Key key, double exponent, SimRandom random)
    {
        var rows = (long)key.Tokens * key.PerToken;
        var (low, high) = rows > key.Experts
            ? (1.0, key.Tokens * Widest)
            : (NarrowLow, NarrowHigh);
        var power = 1 - exponent;
        var (a, b) = (Math.Pow(low, power), Math.Pow(high, power));
        var shares = new double[key.Experts];
        var total = 0.0;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = Math.Pow((b - a) * random.NextDouble() + a, 1 / power);
            total += shares[i];
        }
        var counts = new int[key.Experts];
        for (var i = 0; i < shares.Length; i++)
        {
            var wanted = Math.Round(shares[i] / total * rows);
            counts[i] = (int)Math.Min(key.Tokens, wanted);
        }
        Settle(counts, rows - Sum(counts), key);
        PutBusiestFirst(counts, key);
        return counts;
    }

    /// <summary>Gives missing rows to the least loaded of each rank in turn, or takes.</summary>
    private static void Settle(int[] counts, long missing, in Key key)
    {
        var local = key.Experts / key.Ranks;
        while (missing != 0)
        {
            var before = missing;
            for (var rank = 0; rank < key.Ranks && missing != 0; rank++)
            {
                var own = counts.AsSpan(rank * local, local);
                var at = 0;
                for (var i = 1; i < local; i++)
                {
                    if (missing > 0 ? own[i] < own[at] : own[i] > own[at]) at = i;
                }
                if (missing > 0 ? own[at] >= key.Tokens : own[at] == 0) continue;
                own[at] += Math.Sign(missing);
                missing -= Math.Sign(missing);
            }
            if (missing == before) return;
        }
    }

    private static void PutBusiestFirst(int[] counts, in Key key)
    {
        var local = key.Experts / key.Ranks;
        var busiest = 0;
        long most = -1;
        for (var rank = 0; rank < key.Ranks; rank++)
        {
            var sum = Sum(counts.AsSpan(rank * local, local));
            if (sum > most) (most, busiest) = (sum, rank);
        }
        for (var i = 0; i < local; i++)
        {
            (counts[i], counts[busiest * local + i]) = (counts[busiest * local + i], counts[i]);
        }
    }

    /// <summary>Tokens with a pick on the first rank.</summary>
    /// <remarks>
    /// Drawn picks are dealt column by column, the most loaded expert first, so that each expert
    /// has a run of tokens.
    /// </remarks>
    private static int TokensOf(int[] counts, int local, in Key key)
    {
        if (key.Exponent is null) return BalancedTokens(local, key);
        var order = Enumerable.Range(0, counts.Length).OrderByDescending(i => counts[i]);
        var marks = new int[key.Tokens + 1];
        long start = 0;
        foreach (var expert in order)
        {
            if (expert < local) Mark(marks, (int)(start % key.Tokens), counts[expert]);
            start += counts[expert];
        }
        int depth = 0, hit = 0;
        for (var i = 0; i < key.Tokens; i++)
        {
            depth += marks[i];
            if (depth > 0) hit++;
        }
        return Math.Max(1, hit);
    }

    private static int BalancedTokens(int local, in Key key)
    {
        var hit = 0;
        for (var token = 0; token < key.Tokens; token++)
        {
            for (var pick = 0; pick < key.PerToken; pick++)
            {
                if (BalancedPick(token, pick, key) >= local) continue;
                hit++;
                break;
            }
        }
        return Math.Max(1, hit);
    }

    private static int BalancedPick(int token, int pick, in Key key)
    {
        var stride = (key.Experts + key.PerToken - 1) / key.PerToken;
        var first = key.Tokens >= stride ? token : (int)((long)token * stride / key.Tokens);
        return (first + pick * stride) % key.Experts;
    }

    private static void Mark(int[] marks, int start, int count)
    {
        var tokens = marks.Length - 1;
        var end = start + count;
        marks[start]++;
        marks[Math.Min(end, tokens)]--;
        if (end <= tokens) return;
        marks[0]++;
        marks[end - tokens]--;
    }

    private static long Sum(ReadOnlySpan<int> counts)
    {
        long sum = 0;
        foreach (var count in counts) sum += count;
        return sum;
    }

    private static int Max(ReadOnlySpan<int> counts)
    {
        var most = 0;
        foreach (var count in counts) most = Math.Max(most, count);
        return most;
    }

    /// <summary>What decides a load.</summary>
    /// <param name="Tokens">Tokens of all ranks.</param>
    /// <param name="Experts">Experts of all ranks.</param>
    /// <param name="PerToken">Experts that a token visits.</param>
    /// <param name="Ranks">Ranks that hold the experts.</param>
    /// <param name="Exponent">Of the power law; null where the load is balanced.</param>
    /// <param name="TakesIn">Whether picks of other ranks were timed on this one.</param>
    internal readonly record struct Key(
        int Tokens, int Experts, int PerToken, int Ranks, double? Exponent, bool TakesIn);
}
