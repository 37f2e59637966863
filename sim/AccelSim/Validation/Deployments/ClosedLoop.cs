using AccelSim.Serving;
using AccelSim.Workloads;

namespace AccelSim.Validation.Deployments;

/// <summary>The load of a measured deployment: as many requests in flight as it states.</summary>
/// <remarks>
/// Both public clients (InferenceX <c>benchmark_serving.py</c>, AIPerf) send that many at once,
/// each next one when one is done, ten times over and more, and report means over all requests: the
/// first wave's burst is in them. Four waves are simulated; the middle two stand for the eight
/// between the first and the last.
/// </remarks>
public static class ClosedLoop
{
    private const int Waves = 4;
    private const double MiddleWeight = 4;
    private const int WavesMeasured = 10;

    /// <summary>The requests.</summary>
    public static Workload Of(MeasuredDeployment row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var lengths = new SimRandom(row.Line, "lengths");
        var requests = new Request[Waves * row.Concurrency];
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = new Request
            {
                Id = i,
                Arrival = default,
                PromptTokens = Length(row, row.Isl, lengths),
                OutputTokens = Length(row, row.Osl, lengths),
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
    public static (double Ttft, double Tpot) Means(IReadOnlyList<RequestRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        double ttft = 0, tpot = 0;
        var wave = records.Count / Waves;
        for (var i = 0; i < records.Count; i++)
        {
            var weight = i < wave || i >= (Waves - 1) * wave ? 1 : MiddleWeight;
            ttft += weight * records[i].Ttft.Value;
            tpot += weight * (records[i].Tpot?.Value ?? 0);
        }
        var all = (double)WavesMeasured * wave;
        return (ttft / all, tpot / all);
    }

    private static int Length(MeasuredDeployment row, int most, SimRandom random) =>
        row.Campaign == Campaign.InferenceX
            ? random.NextInt((int)Math.Ceiling(0.8 * most), most)
            : most;
}
