using AccelSim.Serving;
using AccelSim.Workloads.Runs;

namespace AccelSim.Validation.Runs;

/// <summary>A measured run beside its simulation: by request, and as a whole.</summary>
public sealed class RunComparison
{
    /// <summary>Compares.</summary>
    /// <param name="simulation">Both sides.</param>
    public RunComparison(RunSimulation simulation)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        Requests =
        [
            .. simulation.Run.Requests.Zip(simulation.Records)
                .Where(pair => pair.Second.Completed)
                .Select(pair => new ComparedRequest(pair.First, pair.Second)),
        ];
        Refused = simulation.Records.Count - Requests.Count;
        Reason = simulation.Records.FirstOrDefault(record => !record.Completed).Rejection;
        Metrics = Requests.Count == 0 ? [] :
        [
            .. new[]
            {
                Metric("TTFT", one => one.Measured.Ttft.Value, one => one.Simulated.Ttft.Value),
                Metric("TPOT", one => one.Measured.Tpot?.Value, one => one.Simulated.Tpot?.Value),
                Metric(
                    "latency", one => one.Measured.Latency.Value,
                    one => one.Simulated.E2eLatency.Value),
            }.OfType<ComparedMetric>(),
        ];
        var (measured, simulated) = Makespans(simulation.Run);
        var tokens = Requests.Sum(one => (double)one.Measured.OutputTokens);
        Makespan = (measured, simulated);
        TokensPerSecond = (Rate(tokens, measured), Rate(tokens, simulated));
        RequestsPerSecond = (Rate(Requests.Count, measured), Rate(Requests.Count, simulated));
    }

    /// <summary>Requests that both served, in order of arrival.</summary>
    public IReadOnlyList<ComparedRequest> Requests { get; }

    /// <summary>Requests that the simulation refused.</summary>
    public int Refused { get; }

    /// <summary>Why it refused the first of them; null where there is none.</summary>
    public string? Reason { get; }

    /// <summary>TTFT, TPOT where an answer has two tokens, and latency.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; }

    /// <summary>From the first arrival to the last token, in seconds.</summary>
    public (double Measured, double Simulated) Makespan { get; }

    /// <summary>Generated tokens a second over the makespan.</summary>
    public (double Measured, double Simulated) TokensPerSecond { get; }

    /// <summary>Answers a second over the makespan.</summary>
    public (double Measured, double Simulated) RequestsPerSecond { get; }

    /// <summary>The absolute error of throughput, as a share.</summary>
    public double ThroughputError =>
        Math.Abs(Ratio(TokensPerSecond.Simulated, TokensPerSecond.Measured));

    /// <summary>
    /// The largest of the metrics' median absolute errors and the error of throughput: no metric
    /// hides behind another.
    /// </summary>
    public double Largest =>
        Metrics.Select(metric => metric.Errors.Median).Append(ThroughputError).Max();

    /// <summary>The requests whose latencies are furthest apart, the furthest first.</summary>
    public IEnumerable<ComparedRequest> Furthest => Requests
        .OrderByDescending(one => Math.Abs(one.LatencyDifference))
        .ThenBy(one => one.Simulated.Request.Id);

    private ComparedMetric? Metric(
        string name, Func<ComparedRequest, double?> measured,
        Func<ComparedRequest, double?> simulated)
    {
        List<double> left = [], right = [], errors = [];
        foreach (var request in Requests)
        {
            if (measured(request) is not { } one || simulated(request) is not { } other) continue;
            left.Add(one);
            right.Add(other);
            errors.Add(Ratio(other, one));
        }
        return left.Count == 0
            ? null
            : new ComparedMetric(
                name, left.Average(), right.Average(), ErrorSummary.Of([.. errors]));
    }

    private (double Measured, double Simulated) Makespans(MeasuredRun run) =>
        Requests.Count == 0
        ? (0, 0)
        : (
            run.Duration ?? Requests.Max(one => one.Measured.LastToken.Seconds),
            Requests.Max(one => one.Simulated.LastToken.Seconds));

    private static double Rate(double count, double seconds) =>
        seconds > 0 ? count / seconds : 0;

    /// <summary>What takes no time at all is right only if it takes none.</summary>
    private static double Ratio(double predicted, double measured) =>
        measured > 0 ? predicted / measured - 1
        : predicted == measured ? 0
        : double.PositiveInfinity;
}

/// <summary>One metric of all requests.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Measured">Its mean, in seconds.</param>
/// <param name="Simulated">Its mean, in seconds.</param>
/// <param name="Errors">Of each request.</param>
public sealed record ComparedMetric(
    string Name, double Measured, double Simulated, ErrorSummary Errors);

/// <summary>One request on both sides.</summary>
/// <param name="Measured">As it was served.</param>
/// <param name="Simulated">As it was simulated.</param>
public sealed record ComparedRequest(MeasuredRequest Measured, RequestRecord Simulated)
{
    /// <summary>Simulated minus measured latency, in seconds.</summary>
    public double LatencyDifference => Simulated.E2eLatency.Value - Measured.Latency.Value;
}
