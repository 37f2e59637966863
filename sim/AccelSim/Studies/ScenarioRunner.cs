using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Costs.Tables;
using AccelSim.Events;
using AccelSim.Hardware;
using AccelSim.Metrics;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Studies;

/// <summary>
/// A scenario with everything it names loaded: ready to run, as often as one likes.
/// </summary>
public sealed class ScenarioRunner
{
    private readonly IReadOnlyList<HardwareDocument> _hardware;
    private readonly CostRung _rung;

    private ScenarioRunner(
        Scenario scenario, ModelConfig model, Workload workload,
        IReadOnlyList<HardwareDocument> hardware, CostRung rung)
    {
        Scenario = scenario;
        Model = model;
        Workload = workload;
        _hardware = hardware;
        _rung = rung;
    }

    /// <summary>The scenario.</summary>
    public Scenario Scenario { get; }

    /// <summary>The model.</summary>
    public ModelConfig Model { get; }

    /// <summary>The requests.</summary>
    public Workload Workload { get; }

    /// <summary>The hardware of each entry of <see cref="Scenario.Replicas"/>.</summary>
    public IReadOnlyList<HardwareDocument> Hardware => _hardware;

    /// <summary>Loads what a scenario names.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="folder">
    /// Folder that its relative paths start from; null: the current one.
    /// </param>
    /// <param name="readTables">
    /// Reads <see cref="Scenario.Tables"/>; null where there is no table rung to choose.
    /// </param>
    /// <exception cref="ConfigException">Something named is absent or wrong.</exception>
    public static ScenarioRunner Load(
        Scenario scenario, string? folder = null, Func<string, TimeTables>? readTables = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var tables = scenario.Tables is { } named
            ? readTables?.Invoke(Path.Combine(folder ?? "", named))
            : null;
        var rung = CostRung.Named(scenario.CostModel, "$.costModel", tables);
        if (scenario.Replicas.Count == 0)
            throw new ConfigException("", 0, "$.replicas", "is empty; at least one serves.");
        var hardware = scenario.Replicas
            .Select(spec => Catalog.Open(Resolve(spec.Hardware, folder)))
            .ToArray();
        var model = ModelCatalog.Load(Resolve(scenario.Model, folder));
        var workload = WorkloadLoader.Load(scenario.Workload, scenario.Seed, folder);
        WorkloadCheck.Refuse(scenario, model, workload);
        return new ScenarioRunner(scenario, model, workload, hardware, rung);
    }

    /// <summary>The same scenario on other hardware: a what-if.</summary>
    /// <param name="index">Which entry of <see cref="Scenario.Replicas"/>.</param>
    /// <param name="hardware">Takes its place.</param>
    public ScenarioRunner With(int index, HardwareDocument hardware)
    {
        var changed = _hardware.ToArray();
        changed[index] = hardware;
        return new ScenarioRunner(Scenario, Model, Workload, changed, _rung);
    }

    /// <summary>Builds what each replica is made of.</summary>
    /// <exception cref="ConfigException">The input is wrong.</exception>
    /// <exception cref="InfeasiblePlanException">The design does not fit.</exception>
    public IReadOnlyList<Deployment> Deploy()
    {
        var builder = new DeploymentBuilder(
            Model, Scenario.Dtype, Scenario.KvCacheDtype, Scenario.Quantization,
            Workload.HashBlockTokens)
        {
            Rung = _rung,
        };
        RefuseOversubscription();
        List<Deployment> deployments = [];
        for (var i = 0; i < _hardware.Count; i++)
        {
            var spec = Scenario.Replicas[i];
            var deployment = builder.Build(_hardware[i], spec);
            // Engines without common experts are replicas of their own.
            for (var n = 0; n < spec.Count * deployment.Engines; n++) deployments.Add(deployment);
        }
        return deployments;
    }

    /// <summary>Runs it.</summary>
    /// <param name="listener">Told what happens; null: nobody listens.</param>
    /// <param name="leaps">As in <see cref="ServingSimulation"/>.</param>
    /// <exception cref="ConfigException">The input is wrong.</exception>
    /// <exception cref="InfeasiblePlanException">The design does not fit.</exception>
    public RunResult Run(IRunListener? listener = null, bool leaps = true) =>
        Run(Deploy(), listener, leaps);

    /// <summary>Runs it on replicas built before; saves what they remember of step costs.</summary>
    public RunResult Run(
        IReadOnlyList<Deployment> deployments, IRunListener? listener = null, bool leaps = true)
    {
        var simulation = new ServingSimulation(
            Workload, deployments, Scenario.Router, listener, leaps);
        try
        {
            simulation.Run();
        }
        catch (OverflowException)
        {
            throw new ConfigException("", 0, "",
                "the run would last longer than 106 simulated days, more than the clock counts; "
                + "look for a rate that is far too small, or serve fewer requests.");
        }
        catch (Exception e) when (e is ConservationException or NoProgressException)
        {
            throw new InvalidOperationException(
                $"{e.Message} This is a bug in AccelSim, not in your input; it repeats with seed "
                + $"{Scenario.Seed}.", e);
        }
        return RunAnalysis.Of(Scenario, Workload.Origin, simulation);
    }

    /// <summary>
    /// Entries that name the same pool of the same cluster share its accelerators.
    /// </summary>
    private void RefuseOversubscription()
    {
        var entries = _hardware.Zip(Scenario.Replicas)
            .Where(pair => pair.First.IsCluster)
            .GroupBy(pair => (pair.First.File, Pool: pair.Second.Pool ?? OnlyPool(pair.First)));
        foreach (var entry in entries.Where(group => group.Count() > 1))
        {
            var pools = entry.First().First.Cluster.Pools;
            // A pool that is not there, or left out where there are several, is told on building.
            if (!pools.TryGetValue(entry.Key.Pool, out var pool)) continue;
            var there = pool.PerNode.Value.Value * pool.Nodes.Value.Value;
            var needed = entry.Sum(pair => (long)pair.Second.Count * pair.Second.Tp
                * pair.Second.Pp * pair.Second.Dp);
            if (needed <= there) continue;
            throw new InfeasiblePlanException(
                $"{entry.Key.File}: {entry.Count()} entries of replicas need {needed} "
                + $"accelerators of one pool, which has {there}.");
        }
    }

    private static string OnlyPool(HardwareDocument cluster) =>
        cluster.Cluster.Pools.Count == 1 ? cluster.Cluster.Pools.Keys.Single() : "";

    /// <summary>A path in a scenario is relative to the scenario's folder.</summary>
    private static string Resolve(string nameOrPath, string? folder) =>
        folder is null || !Catalog.IsPath(nameOrPath) || Path.IsPathRooted(nameOrPath)
            ? nameOrPath
            : Path.Combine(folder, nameOrPath);
}
