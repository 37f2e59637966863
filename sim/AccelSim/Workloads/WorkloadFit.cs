using MathNet.Numerics;
using MathNet.Numerics.Statistics;

namespace AccelSim.Workloads;

/// <summary>What a fitted workload rests on and how near it comes.</summary>
public sealed record WorkloadFit
{
    /// <summary>Quantiles of a fitted length table: a step of 1/128.</summary>
    public const int TableSize = 129;

    /// <summary>The trace that was fitted.</summary>
    public required string Source { get; init; }

    /// <summary>Its licence.</summary>
    public required string Licence { get; init; }

    /// <summary>Whom to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>Day of the fit, yyyy-mm-dd.</summary>
    public required string Date { get; init; }

    /// <summary>Requests of the trace.</summary>
    public int Requests { get; init; }

    /// <summary>Largest distance between the cumulative gaps of trace and chosen process.</summary>
    public double KsGaps { get; init; }

    /// <summary>The same for a Poisson process.</summary>
    public double KsGapsPoisson { get; init; }

    /// <summary>Largest distance between the cumulative prompt lengths of trace and fit.</summary>
    public double KsInput { get; init; }

    /// <summary>The same for the best lognormal.</summary>
    public double KsInputLognormal { get; init; }

    /// <summary>Largest distance between the cumulative answer lengths of trace and fit.</summary>
    public double KsOutput { get; init; }

    /// <summary>The same for the best lognormal.</summary>
    public double KsOutputLognormal { get; init; }

    /// <summary>Spearman's rank correlation of prompt and answer lengths.</summary>
    public double RankCorrelation { get; init; }

    /// <summary>Fits a generator to a trace of lone requests.</summary>
    /// <param name="trace">At least 100 requests that do not all come at once.</param>
    /// <param name="spec">Name, seed and number of requests; the rest is replaced.</param>
    /// <param name="origin">Source, licence, citation and date.</param>
    /// <remarks>
    /// Gaps: Poisson, or gamma by maximum likelihood (Minka 2002's start, Newton steps),
    /// whichever is nearer by Kolmogorov and Smirnov's distance. Lengths: lognormal by maximum
    /// likelihood, or a table of quantiles, likewise. Lengths are coupled by a Gaussian copula of
    /// the same rank correlation. Results are rounded to what the file shows.
    /// </remarks>
    public static WorkloadSpec FromTrace(Workload trace, WorkloadSpec spec, WorkloadFit origin)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(origin);
        var requests = trace.Requests;
        ArgumentOutOfRangeException.ThrowIfLessThan(requests.Count, 100, nameof(trace));
        var (arrivals, ksGaps, ksPoisson) = Arrivals(requests);
        var input = Lengths([.. requests.Select(r => (double)r.PromptTokens).Order()]);
        var output = Lengths([.. requests.Select(r => (double)r.OutputTokens).Order()]);
        var rank = Correlation.Spearman(
            requests.Select(r => (double)r.PromptTokens),
            requests.Select(r => (double)r.OutputTokens));
        return spec with
        {
            Arrivals = arrivals,
            Input = input.Spec,
            Output = output.Spec,
            LengthCorrelation = Rounded(2 * Math.Sin(Math.PI * rank / 6)),
            Fit = origin with
            {
                Requests = requests.Count,
                KsGaps = Rounded(ksGaps),
                KsGapsPoisson = Rounded(ksPoisson),
                KsInput = Rounded(input.Ks),
                KsInputLognormal = Rounded(input.KsLognormal),
                KsOutput = Rounded(output.Ks),
                KsOutputLognormal = Rounded(output.KsLognormal),
                RankCorrelation = Rounded(rank),
            },
        };
    }

    private static (ArrivalSpec Spec, double Ks, double KsPoisson) Arrivals(
        IReadOnlyList<Request> requests)
    {
        double[] gaps = [.. requests.Zip(requests.Skip(1),
            (before, after) => (after.Arrival - before.Arrival).Value).Order()];
        var mean = gaps.Average();
        if (!(mean > 0))
            throw new ArgumentException("every request comes at once", nameof(requests));
        var rate = Rounded(1 / mean);
        var shape = Rounded(GammaShape(gaps, mean));
        var poisson = Distance(gaps, x => 1 - Math.Exp(-x * rate));
        var gamma = Distance(
            gaps, x => SpecialFunctions.GammaLowerRegularized(shape, x * rate * shape));
        return gamma < poisson
            ? (new() { Kind = ArrivalKind.Gamma, RequestsPerSecond = rate, Burstiness = shape },
                gamma, poisson)
            : (new() { Kind = ArrivalKind.Poisson, RequestsPerSecond = rate }, poisson, poisson);
    }

    /// <summary>
    /// Maximum likelihood: ln k − ψ(k) = ln mean − mean ln. Zero gaps count as 1 ns.
    /// </summary>
    private static double GammaShape(double[] gaps, double mean)
    {
        var target = Math.Log(mean) - gaps.Average(gap => Math.Log(Math.Max(gap, 1e-9)));
        var shape = (3 - target + Math.Sqrt((target - 3) * (target - 3) + 24 * target))
            / (12 * target);
        for (var i = 0; i < 20; i++)
        {
            const double step = 1e-6;
            double Excess(double k) => Math.Log(k) - SpecialFunctions.DiGamma(k) - target;
            var slope = (Excess(shape * (1 + step)) - Excess(shape)) / (shape * step);
            shape -= Excess(shape) / slope;
        }
        return shape;
    }

    private static (LengthSpec Spec, double Ks, double KsLognormal) Lengths(double[] sorted)
    {
        var logs = sorted.Select(x => Math.Log(x)).ToArray();
        var lognormal = new LengthSpec
        {
            Kind = LengthKind.Lognormal,
            Median = Rounded(Math.Exp(logs.Average())),
            Sigma = Rounded(Statistics.PopulationStandardDeviation(logs)),
            Min = (int)sorted[0],
            Max = (int)sorted[^1],
        };
        var table = new LengthSpec { Kind = LengthKind.Empirical, Quantiles = Table(sorted) };
        // A drawn length is rounded: it is at most k when the continuous one is at most k + ½.
        var ksLognormal = Distance(sorted, x => PortableMath.NormalCdf(
            Math.Log((x + 0.5) / lognormal.Median.Value) / lognormal.Sigma.Value));
        var ksTable = Distance(sorted, x => Cumulative(table.Quantiles, x + 0.5));
        return ksTable < ksLognormal
            ? (table, ksTable, ksLognormal)
            : (lognormal, ksLognormal, ksLognormal);
    }

    /// <summary>
    /// Evenly spaced quantiles; in place of the maximum stands what gives the last step the trace's
    /// mean, since a straight line to one outlier would add load that is not there.
    /// </summary>
    private static double[] Table(double[] sorted)
    {
        double[] table = [.. Enumerable.Range(0, TableSize).Select(i => Math.Round(
            SimRandom.Quantile(sorted, i / (TableSize - 1.0)), 1))];
        var tail = sorted.Where(length => length >= table[^2]).ToArray();
        table[^1] = Math.Round(Math.Max(table[^2], 2 * tail.Average() - table[^2]), 1);
        return table;
    }

    /// <summary>The share of a quantile table at or below a value.</summary>
    private static double Cumulative(IReadOnlyList<double> table, double value)
    {
        var above = 0;
        while (above < table.Count && table[above] <= value)
            above++;
        if (above == 0 || above == table.Count)
            return above == 0 ? 0 : 1;
        var within = (value - table[above - 1]) / (table[above] - table[above - 1]);
        return (above - 1 + within) / (table.Count - 1);
    }

    /// <summary>
    /// Kolmogorov and Smirnov's distance between a sorted sample, whose values may repeat, and a
    /// cumulative distribution: taken where a value's last copy stands.
    /// </summary>
    /// <param name="sorted">The sample, ascending.</param>
    /// <param name="cumulative">P(X ≤ x).</param>
    public static double Distance(IReadOnlyList<double> sorted, Func<double, double> cumulative)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        ArgumentNullException.ThrowIfNull(cumulative);
        var greatest = 0.0;
        for (var i = 0; i < sorted.Count; i++)
        {
            if (i + 1 < sorted.Count && sorted[i + 1] == sorted[i])
                continue;
            var share = (i + 1.0) / sorted.Count;
            greatest = Math.Max(greatest, Math.Abs(share - cumulative(sorted[i])));
        }
        return greatest;
    }

    private static double Rounded(double value) => Math.Round(value, 4);
}
