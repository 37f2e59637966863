using AccelSim.Serving;
using AccelSim.Workloads;

namespace AccelSim.Validation.Deployments;

/// <summary>The load of a measured deployment: as many requests in flight as it states.</summary>
/// <remarks>
/// Both public clients (InferenceX <c>benchmark_serving.py</c>, AIPerf) send that many at once,
/// each next one when one is done, ten times over and more, and report means over all requests: the
/// first wave's burst is in them. Four waves are simulated; the middle two stand for the eight
/// between the first and the last. Where prompts come again, waves before these fill the cache, as
/// far as it holds them, and nothing but the steady state counts.
/// </remarks>
public static class ClosedLoop
{
    private const int Waves = 4;
    private const double MiddleWeight = 4;

    /// <summary>Prompts that AIPerf draws from (its --num-dataset-entries, by default).</summary>
    private const int Pool = 100;

    /// <summary>The requests.</summary>
    public static Workload Of(MeasuredDeployment row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var lengths = new SimRandom(row.Line, "lengths");
        var requests = new Request[(Uncounted(row) + Waves) * row.Concurrency];
        for (var i = 0; i < requests.Length; i++)
        {
            var prompt = Length(row, row.Isl, lengths);
            requests[i] = new Request
            {
                Id = i,
                Arrival = default,
                PromptTokens = prompt,
                OutputTokens = Length(row, row.Osl, lengths),
                PrefixKeys = row.IsCached
                    ? ContentKeys.Prompt(0, 0, ContentKeys.Mix(row.Line, i % Pool), prompt, 16)
                    : null,
            };
        }
        return new Workload
        {
            Origin = "closed loop",
            Requests = requests,
            MaxConcurrency = row.Concurrency,
        };
    }

    /// <summary>Mean TTFT and TPOT as the client would report them, in seconds.</summary>
    public static (double Ttft, double Tpot) Means(
        MeasuredDeployment row, IReadOnlyList<RequestRecord> records)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(records);
        double ttft = 0, tpot = 0, all = 0;
        var before = Uncounted(row) * row.Concurrency;
        var wave = (records.Count - before) / Waves;
        for (var i = 0; i < records.Count; i++)
        {
            var place = (i - before) / wave;
            var weight = place is > 0 and < Waves - 1 ? MiddleWeight
                : before > 0 && place <= 0 ? 0
                : 1;
            all += weight;
            ttft += weight * records[i].Ttft.Value;
            tpot += weight * (records[i].Tpot?.Value ?? 0);
        }
        return (ttft / all, tpot / all);
    }

    /// <summary>Waves that bring every prompt of the pool once.</summary>
    private static int Uncounted(MeasuredDeployment row) =>
        row.IsCached ? (Pool + row.Concurrency - 1) / row.Concurrency : 0;

    private static int Length(MeasuredDeployment row, int most, SimRandom random) =>
        row.Campaign == Campaign.InferenceX
            ? random.NextInt((int)Math.Ceiling(0.8 * most), most)
            : most;
}
