using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Serving;
using AccelSim.Units;

namespace AccelSim.Metrics;

/// <summary>Turns a finished simulation into a result.</summary>
public static class RunAnalysis
{
    /// <summary>Computes metrics, ledgers and limits.</summary>
    public static RunResult Of(
        Scenario scenario, string workloadOrigin, ServingSimulation run)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(run);
        var first = run.Records.Count == 0 ? default : run.Records.Min(record => record.Arrival);
        var duration = run.End > first ? run.End - first : default;
        var gaps = new TokenGapHistogram();
        foreach (var replica in run.Replicas) gaps.Add(replica.Gaps);
        var energy = EnergyLedger(run.Replicas, duration);
        return new RunResult
        {
            Scenario = scenario,
            WorkloadOrigin = workloadOrigin,
            Deployments = [.. run.Replicas.Select(replica => replica.Deployment)],
            Requests = run.Records,
            Metrics = RunMetrics.Of(run.Records, gaps, duration, scenario),
            ByClass = ByClass(run.Records, duration, scenario),
            Gaps = gaps,
            Energy = energy,
            Cost = CostLedger(run.Replicas, duration),
            Limits = Limits(run.Replicas),
            WaitingSeconds = Enum.GetValues<WaitReason>()
                .Where(reason => reason != WaitReason.None)
                .ToDictionary(
                    reason => reason,
                    reason => run.Replicas.Sum(replica => replica.WaitingSeconds[(int)reason])),
            ProvenanceShares = ProvenanceShares(run.Replicas),
            Domain = DomainOf(run.Replicas),
            SlowedByHeat = new Seconds(
                run.Replicas.Sum(replica => replica.SlowedByHeat.Value)),
            Preemptions = run.Replicas.Sum(replica => replica.Preemptions),
            Steps = run.Replicas.Sum(replica => replica.Ledgers.Sum(
                ledger => Enum.GetValues<StepKind>().Sum(kind => ledger[kind].Steps))),
            Events = run.Loop.EventsFired,
            PeakKvShare = run.Replicas.Max(replica => (double)replica.KvPeak / replica.KvTotal),
            Accelerators = run.Replicas.Sum(replica => replica.Deployment.Accelerators),
        };
    }

    private static Dictionary<string, RunMetrics> ByClass(
        IReadOnlyList<RequestRecord> records, Seconds duration, Scenario scenario)
    {
        var classes = records.GroupBy(record => record.Request.SloClass)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToArray();
        return classes.Length < 2
            ? []
            : classes.ToDictionary(
                group => group.Key,
                group => RunMetrics.Of([.. group], null, duration, scenario));
    }

    /// <summary>Every ledger of every stage of every replica, with its resources.</summary>
    private static IEnumerable<(IReadOnlyList<Resource> Resources, StepLedger Ledger,
        StepKind Kind, int Ranks)> Ledgers(IReadOnlyList<Replica> replicas) =>
        from replica in replicas
        from stage in Enumerable.Range(0, replica.Ledgers.Count)
        from kind in Enum.GetValues<StepKind>()
        select (replica.Deployment.Stages[stage].Model.Resources, replica.Ledgers[stage][kind],
            kind, replica.Deployment.RanksPerStage);

    private static List<LedgerEntry> EnergyLedger(
        IReadOnlyList<Replica> replicas, Seconds duration)
    {
        var ledger = new Ledger();
        foreach (var replica in replicas) AddEnergy(ledger, replica, duration);
        return ledger.Entries;
    }

    private static void AddEnergy(Ledger ledger, Replica replica, Seconds duration)
    {
        foreach (var (resources, steps, _, ranks) in Ledgers([replica]))
        {
            for (var i = 0; i < resources.Count; i++)
                ledger.Add(resources[i].Name, steps.Energy[i] * ranks, resources[i].EnergyTag);
        }
        var (deployment, node) = (replica.Deployment, replica.Deployment.Node);
        var idle = deployment.Device.Idle;
        ledger.Add(
            "idle", (idle.Value * duration).Value * deployment.Accelerators, idle.Source.Tag);
        if (node.Host.Power is { } power)
            ledger.Add("host", (power.Value * duration).Value * node.Nodes, power.Source.Tag);
    }

    /// <summary>Each replica pays for what it drew itself.</summary>
    private static List<LedgerEntry> CostLedger(
        IReadOnlyList<Replica> replicas, Seconds duration)
    {
        var ledger = new Ledger();
        foreach (var replica in replicas)
        {
            var drawn = new Ledger();
            AddEnergy(drawn, replica, duration);
            var own = new Joules(drawn.Entries.Sum(entry => entry.Amount));
            foreach (var line in CostLines.Of(replica.Deployment, duration, own))
                ledger.Add(line.Component, line.Amount, line.Tag);
        }
        return ledger.Entries;
    }

    private static List<PhaseLimits> Limits(IReadOnlyList<Replica> replicas)
    {
        List<PhaseLimits> limits = [];
        foreach (var kind in Enum.GetValues<StepKind>())
        {
            var ledger = new Dictionary<string, (Resource Resource, double Seconds)>();
            long steps = 0;
            double total = 0;
            foreach (var (resources, own, _, _) in Ledgers(replicas).Where(l => l.Kind == kind))
            {
                steps += own.Steps;
                total += own.Seconds;
                for (var i = 0; i < resources.Count; i++)
                {
                    var known = ledger.GetValueOrDefault(resources[i].Name).Seconds;
                    ledger[resources[i].Name] = (resources[i], known + own.Share[i]);
                }
            }
            if (steps == 0) continue;
            limits.Add(new PhaseLimits(kind, steps, new Seconds(total), [.. ledger.Values
                .Where(entry => entry.Seconds > 0)
                .OrderByDescending(entry => entry.Seconds)
                .ThenBy(entry => entry.Resource.Name, StringComparer.Ordinal)
                .Select(entry => new ResourceShare(entry.Resource, entry.Seconds / total))]));
        }
        return limits;
    }

    private static Dictionary<Provenance, double> ProvenanceShares(
        IReadOnlyList<Replica> replicas)
    {
        var seconds = Enum.GetValues<Provenance>().ToDictionary(tag => tag, _ => 0.0);
        double total = 0;
        foreach (var (_, ledger, _, _) in Ledgers(replicas))
        {
            total += ledger.Seconds;
            foreach (var tag in Enum.GetValues<Provenance>())
                seconds[tag] += ledger.Ground.Of(tag);
        }
        return total == 0
            ? seconds
            : seconds.ToDictionary(pair => pair.Key, pair => pair.Value / total);
    }

    private static PriceDomain DomainOf(IReadOnlyList<Replica> replicas)
    {
        var sum = default(GroundVector);
        foreach (var (_, ledger, _, _) in Ledgers(replicas)) sum.Add(ledger.Ground, 1);
        return PriceDomain.Of(sum, replicas.Select(replica => replica.Deployment));
    }

    /// <summary>Sums by component; a component rests on the weakest of what is added.</summary>
    private sealed class Ledger
    {
        private readonly Dictionary<string, LedgerEntry> _byName = [];

        public List<LedgerEntry> Entries => [.. _byName.Values
            .OrderByDescending(entry => entry.Amount)
            .ThenBy(entry => entry.Component, StringComparer.Ordinal)];

        public void Add(string component, double amount, Provenance tag)
        {
            if (amount == 0) return;
            var entry = _byName.GetValueOrDefault(component) ?? new(component, 0, tag);
            _byName[component] = entry with
            {
                Amount = entry.Amount + amount,
                Tag = entry.Tag > tag ? entry.Tag : tag,
            };
        }
    }
}
