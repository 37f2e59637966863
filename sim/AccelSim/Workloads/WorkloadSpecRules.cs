using System.Globalization;
using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>
/// What a <see cref="WorkloadSpec"/> must keep to, member by member and across them.
/// </summary>
public static class WorkloadSpecRules
{
    /// <summary>A rule that is broken.</summary>
    /// <param name="Path">The member: <c>$.arrivals.requestsPerSecond</c>.</param>
    /// <param name="Text">What was found and what would be right.</param>
    public readonly record struct Problem(string Path, string Text);

    /// <summary>Every broken rule, in the order of the members; empty when sound.</summary>
    public static IReadOnlyList<Problem> Problems(WorkloadSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var problems = new List<Problem>();
        if (spec.Seed < 0)
            problems.Add(new("$.seed", "is negative; write a whole number from 0."));
        Whole(problems, "$.requests", spec.Requests, 1, WorkloadLimits.MaxRequests);
        Arrivals(problems, spec.Arrivals);
        Lengths(problems, "$.input", spec.Input);
        Lengths(problems, "$.output", spec.Output);
        Number(problems, "$.lengthCorrelation", spec.LengthCorrelation, -1, 1);
        if (spec.LengthCorrelation != 0
            && (spec.Input.Kind == LengthKind.Zipf || spec.Output.Kind == LengthKind.Zipf))
        {
            problems.Add(new("$.lengthCorrelation",
                "lengths of kind zipf are drawn independently; write 0 or choose another kind."));
        }
        if (spec.SharedPrefix is { } prefix)
        {
            Whole(problems, "$.sharedPrefix.tokens", prefix.Tokens, 1,
                WorkloadLimits.MaxTokens / 2);
            Whole(problems, "$.sharedPrefix.count", prefix.Count, 1, WorkloadLimits.MaxRequests);
        }
        if (spec.Sessions is { } sessions)
        {
            Lengths(problems, "$.sessions.turns", sessions.Turns);
            Number(problems, "$.sessions.thinkTime", sessions.ThinkTime.Value, 0,
                WorkloadLimits.MaxSeconds);
            Optional(problems, "$.sessions.maxContextTokens", sessions.MaxContextTokens);
        }
        Optional(problems, "$.maxConcurrency", spec.MaxConcurrency);
        if (spec.MaxConcurrency is not null && spec.Arrivals.Kind == ArrivalKind.ClosedLoop)
        {
            problems.Add(new("$.maxConcurrency",
                "a closed loop's users already limit it; leave this out."));
        }
        return problems;
    }

    /// <summary>Every broken rule of the arrivals alone.</summary>
    public static IReadOnlyList<Problem> Problems(ArrivalSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var problems = new List<Problem>();
        Arrivals(problems, spec);
        return problems;
    }

    private static void Arrivals(List<Problem> problems, ArrivalSpec spec)
    {
        const string at = "$.arrivals.";
        var hasRate = spec.Kind is not (ArrivalKind.AllAtOnce or ArrivalKind.ClosedLoop);
        Needed(problems, at + "requestsPerSecond", spec.RequestsPerSecond, hasRate, spec.Kind);
        if (hasRate && spec.RequestsPerSecond is { } rate)
            Number(problems, at + "requestsPerSecond", rate, 1e-6, 1e9);
        var gamma = spec.Kind == ArrivalKind.Gamma;
        Needed(problems, at + "burstiness", spec.Burstiness, gamma, spec.Kind);
        if (gamma && spec.Burstiness is { } shape)
            Number(problems, at + "burstiness", shape, 1e-3, 1e6);
        var closed = spec.Kind == ArrivalKind.ClosedLoop;
        Needed(problems, at + "users", spec.Users, closed, spec.Kind);
        if (closed)
            Optional(problems, at + "users", spec.Users);
        var diurnal = spec.Kind == ArrivalKind.Diurnal;
        Needed(problems, at + "amplitude", spec.Amplitude, diurnal, spec.Kind);
        Needed(problems, at + "period", spec.Period?.Value, diurnal, spec.Kind);
        if (diurnal && spec.Amplitude is { } amplitude)
            Number(problems, at + "amplitude", amplitude, 0, 1);
        if (diurnal && spec.Period is { } period)
            Number(problems, at + "period", period.Value, 1e-3, WorkloadLimits.MaxSeconds);
    }

    private static void Lengths(List<Problem> problems, string at, LengthSpec spec)
    {
        var kind = spec.Kind;
        var ranged = kind is LengthKind.Uniform or LengthKind.Zipf;
        Needed(problems, at + ".tokens", spec.Tokens, kind == LengthKind.Fixed, kind);
        Needed(problems, at + ".median", spec.Median, kind == LengthKind.Lognormal, kind);
        Needed(problems, at + ".sigma", spec.Sigma, kind == LengthKind.Lognormal, kind);
        Needed(problems, at + ".exponent", spec.Exponent, kind == LengthKind.Zipf, kind);
        Needed(problems, at + ".quantiles", spec.Quantiles, kind == LengthKind.Empirical, kind);
        if (ranged || kind != LengthKind.Lognormal)
        {
            Needed(problems, at + ".min", spec.Min, ranged, kind);
            Needed(problems, at + ".max", spec.Max, ranged, kind);
        }
        Optional(problems, at + ".tokens", spec.Tokens);
        Optional(problems, at + ".min", spec.Min);
        Optional(problems, at + ".max", spec.Max);
        if (spec.Min > spec.Max)
            problems.Add(new(at + ".max", $"{spec.Max} is less than the minimum, {spec.Min}."));
        if (spec.Median is { } median)
            Number(problems, at + ".median", median, 1, WorkloadLimits.MaxTokens);
        if (spec.Sigma is { } sigma)
            Number(problems, at + ".sigma", sigma, 0, 10);
        if (spec.Exponent is { } exponent)
            Number(problems, at + ".exponent", exponent, 0, 20);
        if (spec.Quantiles is { } table)
            Quantiles(problems, at + ".quantiles", table);
    }

    private static void Quantiles(List<Problem> problems, string at, IReadOnlyList<double> table)
    {
        if (table.Count < 2)
            problems.Add(new(at, $"has {table.Count} of them; at least 2 are needed."));
        for (var i = 0; i < table.Count; i++)
        {
            Number(problems, $"{at}[{i}]", table[i], 1, WorkloadLimits.MaxTokens);
            if (i > 0 && table[i] < table[i - 1])
            {
                problems.Add(new($"{at}[{i}]", string.Create(CultureInfo.InvariantCulture,
                    $"{table[i]} is less than the one before, {table[i - 1]}; they must ascend.")));
            }
        }
    }

    private static void Needed<TKind>(
        List<Problem> problems, string path, object? value, bool needed, TKind kind)
        where TKind : struct, Enum
    {
        var name = kind.ToString();
        name = char.ToLowerInvariant(name[0]) + name[1..];
        if (needed && value is null)
            problems.Add(new(path, $"is missing; kind {name} needs it."));
        if (!needed && value is not null)
            problems.Add(new(path, $"does not belong to kind {name}; remove it."));
    }

    private static void Optional(List<Problem> problems, string path, int? value)
    {
        if (value is { } number)
            Whole(problems, path, number, 1, WorkloadLimits.MaxTokens);
    }

    private static void Whole(List<Problem> problems, string path, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            problems.Add(new(path, string.Create(CultureInfo.InvariantCulture,
                $"{value} is not a whole number from {low} to {high:N0}.")));
        }
    }

    private static void Number(
        List<Problem> problems, string path, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
        {
            problems.Add(new(path, string.Create(CultureInfo.InvariantCulture,
                $"{value} is not a number from {low} to {high:R}.")));
        }
    }
}
