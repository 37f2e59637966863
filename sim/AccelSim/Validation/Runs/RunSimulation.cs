using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Serving;
using AccelSim.Workloads.Runs;

namespace AccelSim.Validation.Runs;

/// <summary>
/// The requests of a measured run, served by a simulation: same arrivals, lengths and settings.
/// </summary>
/// <remarks>
/// Prompts of a measured run are lengths alone: none shares a prefix here, whatever the engine's
/// cache spared.
/// </remarks>
/// <param name="Run">What was measured.</param>
/// <param name="Deployment">What served it here.</param>
/// <param name="Replicas">How many of them.</param>
/// <param name="FreeBlocks">KV blocks that this engine would have found room for.</param>
/// <param name="Records">What became of each request, in the run's order.</param>
public sealed record RunSimulation(
    MeasuredRun Run, Deployment Deployment, int Replicas, long FreeBlocks,
    IReadOnlyList<RequestRecord> Records)
{
    /// <summary>Serves the requests.</summary>
    /// <param name="run">What was measured.</param>
    /// <param name="scenario">Model, formats and one kind of replica; its workload is not read.
    /// </param>
    /// <param name="rung">What prices operators.</param>
    /// <param name="asked">Replicas and router as the command states them; null: as the run does.
    /// </param>
    /// <exception cref="ConfigException">Something named is absent or wrong.</exception>
    /// <exception cref="InfeasiblePlanException">The design, or the run's KV cache, does not fit.
    /// </exception>
    public static RunSimulation Of(
        MeasuredRun run, Scenario scenario, CostRung rung, RunReplicas? asked = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(scenario);
        var spec = scenario.Replicas[0];
        spec.Engine.RefuseCascade("requests of a run are lengths alone");
        var workload = run.Workload;
        var builder = new DeploymentBuilder(
            ModelCatalog.Load(scenario.Model), scenario.Dtype, scenario.KvCacheDtype,
            scenario.Quantization, workload.HashBlockTokens)
        {
            Rung = rung, BehindFrontEnd = run.BehindFrontEnd,
        };
        var hardware = Catalog.Open(spec.Hardware);
        var free = builder.Build(hardware, spec with
        {
            Engine = spec.Engine with { NumGpuBlocksOverride = null },
        });
        RefuseSmaller(run, free, spec.Hardware);
        var deployment = builder.Build(hardware, spec);
        asked ??= new RunReplicas();
        var replicas = asked.Of(run.Settings, deployment.Engines);
        var simulation = new ServingSimulation(
            workload, [.. Enumerable.Repeat(deployment, replicas)],
            asked.RouterOf(run.Settings, replicas));
        simulation.Run();
        return new RunSimulation(
            run, deployment, simulation.Replicas.Count, free.Memory.Blocks, simulation.Records);
    }

    /// <summary>Fewer blocks would make requests wait that did not.</summary>
    private static void RefuseSmaller(MeasuredRun run, Deployment free, string hardware)
    {
        if (run.Settings.KvBlocks is not { } blocks || blocks <= free.Memory.Blocks) return;
        var (plan, share) = (
            $"--tp {free.Graph.Plan.TensorParallel} --pp {free.Graph.Plan.PipelineParallel}",
            JsonNames.Number(free.Settings.GpuMemoryUtilization));
        throw new InfeasiblePlanException(
            $"the run had {blocks} KV blocks of {free.Settings.BlockSize} tokens "
            + $"({run.Settings.File}), but {free.Memory.Blocks} fit {hardware} "
            + $"({plan}) at --gpu-memory-utilization {share}; {free.Memory.RoomFor(blocks)}. "
            + "Compare with the hardware, parallelism and formats that the run had; "
            + $"\"accelsim simulate --requests {run.File}\" tells how its requests fare "
            + "elsewhere.");
    }
}
