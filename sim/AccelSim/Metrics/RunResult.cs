using System.Globalization;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Metrics;

/// <summary>Everything a run has to say, for summaries, tables and reports.</summary>
public sealed record RunResult
{
    /// <summary>What was run.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Where the requests came from.</summary>
    public required string WorkloadOrigin { get; init; }

    /// <summary>What each replica is made of; equal replicas share one deployment.</summary>
    public required IReadOnlyList<Deployment> Deployments { get; init; }

    /// <summary>What became of each request, in the order of the workload.</summary>
    public required IReadOnlyList<RequestRecord> Requests { get; init; }

    /// <summary>What users see.</summary>
    public required RunMetrics Metrics { get; init; }

    /// <summary>The same by service class; empty where there is one class only.</summary>
    public required IReadOnlyDictionary<string, RunMetrics> ByClass { get; init; }

    /// <summary>All gaps between tokens.</summary>
    public required TokenGapHistogram Gaps { get; init; }

    /// <summary>Where the energy went, by component.</summary>
    public required IReadOnlyList<LedgerEntry> Energy { get; init; }

    /// <summary>Where the money went, by component.</summary>
    public required IReadOnlyList<LedgerEntry> Cost { get; init; }

    /// <summary>What each kind of step waited for.</summary>
    public required IReadOnlyList<PhaseLimits> Limits { get; init; }

    /// <summary>Request-seconds in the queue by reason.</summary>
    public required IReadOnlyDictionary<WaitReason, double> WaitingSeconds { get; init; }

    /// <summary>Share of simulated step time by what it rests on; sums to 1.</summary>
    public required IReadOnlyDictionary<Provenance, double> ProvenanceShares { get; init; }

    /// <summary>What ground step time stands on, and sizes beyond what was measured.</summary>
    public required PriceDomain Domain { get; init; }

    /// <summary>How far metrics may be off; null where that was not asked for.</summary>
    public MetricBands? Bands { get; init; }

    /// <summary>Times a sequence had to make room.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Time that steps lost to heat, over all replicas.</summary>
    public required Seconds SlowedByHeat { get; init; }

    /// <summary>Steps simulated, over all replicas and stages.</summary>
    public required long Steps { get; init; }

    /// <summary>Events fired.</summary>
    public required long Events { get; init; }

    /// <summary>The most KV blocks in use on one replica, over its total.</summary>
    public required double PeakKvShare { get; init; }

    /// <summary>Accelerators in all replicas.</summary>
    public required int Accelerators { get; init; }

    /// <summary>What a person should know about the run, one sentence each.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            List<string> warnings = [];
            if (TooLong() is { } lengths) warnings.Add(lengths);
            if (Heat() is { } heat) warnings.Add(heat);
            return warnings;
        }
    }

    private string? TooLong()
    {
        var model = Deployments[0].Graph.Model;
        if (model.MaxContext is not { } most) return null;
        var lengths = Requests.Where(record => record.Completed)
            .Select(record => (long)record.Request.PromptTokens + record.Request.OutputTokens)
            .Where(length => length > most)
            .ToArray();
        return lengths.Length == 0
            ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"{lengths.Length:N0} of {Requests.Count:N0} requests are longer than the "
                + $"{most:N0} tokens that {model.Id} is made for; the longest has "
                + $"{lengths.Max():N0}.");
    }

    private string? Heat()
    {
        if (SlowedByHeat.Value <= 0) return null;
        var device = Deployments.Select(one => one.Device).First(one => one.AtBurst() is not null);
        return string.Create(CultureInfo.InvariantCulture,
            $"Heat slowed steps by {SlowedByHeat}: {device.Spec.Id} draws "
            + $"{device.AtBurst()!.Tdp.Value} for {device.Spec.Power.BurstTime!.Value.Value}, then "
            + $"{device.Tdp.Value}. A run that is too short to get hot looks faster.");
    }

    /// <summary>Total energy, in joules.</summary>
    public double Joules => Energy.Sum(entry => entry.Amount);

    /// <summary>Total cost, in US dollars.</summary>
    public double Usd => Cost.Sum(entry => entry.Amount);

    /// <summary>Energy of the whole deployment per token emitted.</summary>
    public double JoulesPerOutputToken => Joules / Metrics.OutputTokens;

    /// <summary>Cost of the whole deployment per million tokens emitted.</summary>
    public double UsdPerMillionOutputTokens => Usd / Metrics.OutputTokens * 1e6;

    /// <summary>Mean power of the whole deployment.</summary>
    public Watts MeanPower => new(Joules / Metrics.Duration.Value);
}

/// <summary>One line of an energy or cost ledger.</summary>
/// <param name="Component">
/// Such as <c>hbm</c>, <c>matrix bf16</c>, <c>idle</c>, <c>host</c>.
/// </param>
/// <param name="Amount">Joules or US dollars.</param>
/// <param name="Tag">What it rests on.</param>
public sealed record LedgerEntry(string Component, double Amount, Provenance Tag);

/// <summary>What one kind of step waited for.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Steps">How many.</param>
/// <param name="Time">Their time, over all replicas and stages.</param>
/// <param name="Shares">By resource, largest first; they sum to 1.</param>
public sealed record PhaseLimits(
    StepKind Kind, long Steps, Seconds Time, IReadOnlyList<ResourceShare> Shares);

/// <summary>The share of time that a resource is to blame for.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Share">0 to 1.</param>
public sealed record ResourceShare(Resource Resource, double Share);
