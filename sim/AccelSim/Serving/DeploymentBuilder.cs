using AccelSim.Configuration;
using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;

namespace AccelSim.Serving;

/// <summary>Puts hardware, model and plan together.</summary>
/// <param name="model">The model.</param>
/// <param name="dtype">As <see cref="Scenario.Dtype"/>.</param>
/// <param name="kvCacheDtype">As <see cref="Scenario.KvCacheDtype"/>.</param>
/// <param name="quantization">As <see cref="Scenario.Quantization"/>.</param>
/// <param name="hashBlockTokens">Tokens that one prefix key of the workload stands for.</param>
public sealed class DeploymentBuilder(
    ModelConfig model, string dtype, string kvCacheDtype, string quantization,
    int hashBlockTokens)
{
    /// <summary>The rung of the cost ladder that prices its operators.</summary>
    public CostRung Rung { get; init; } = CostRung.Named(CostRung.Default, "$.costModel");

    /// <summary>An engine profile to use whatever the settings name; usually null.</summary>
    public EngineProfile? Engine { get; init; }

    /// <summary>
    /// Whether times are counted from the engine's queue, so that its front end costs nothing.
    /// </summary>
    public bool BehindFrontEnd { get; init; }

    /// <summary>Formats as an engine ran them, whatever the names say; usually null.</summary>
    public FormatPlan? Formats { get; init; }

    /// <summary>Builds what one kind of replica is made of.</summary>
    /// <param name="hardware">Its accelerator or cluster.</param>
    /// <param name="spec">Its plan and engine settings.</param>
    /// <exception cref="ConfigException">The input is wrong.</exception>
    /// <exception cref="InfeasiblePlanException">The design does not fit.</exception>
    public Deployment Build(HardwareDocument hardware, ReplicaSpec spec)
    {
        ArgumentNullException.ThrowIfNull(hardware);
        ArgumentNullException.ThrowIfNull(spec);
        var plan = PlanOf(spec);
        var site = Site.Of(hardware, spec, plan);
        var device = Device.From(site.Accelerator, Catalog.Estimators);
        var engine = Engine
            ?? EngineCatalog.Open(spec.Engine.Profile ?? EngineCatalog.DefaultFor(device));
        if (BehindFrontEnd)
        {
            engine = engine with
            {
                Host = engine.Host with
                {
                    PerRequest = engine.Host.PerRequest with { Value = default },
                },
            };
        }
        var settings = spec.Engine.Under(engine);
        settings.Validate();
        var formats = Formats
            ?? FormatPlan.For(model, device, dtype, kvCacheDtype, quantization);
        if (site.Assumption(spec) is { } assumption)
            formats = formats with { Notes = [.. formats.Notes, assumption] };
        var node = site.Share(plan);
        var away = settings.UsesAway ? AwayMemory.Of(device, settings.OffloadTo) : null;
        RefuseNoWayOut(hardware, settings, device, away);
        RefuseBeyondRoom(hardware, settings, away, node);
        if (settings.EnablePrefixCaching) RefusePrefixCaching();
        var offload = OffloadOf(settings, away, node, plan);
        var graph = OperatorGraph.Build(
            model, plan, formats, offload, settings.CascadeAttention);
        if (settings.CascadeAttention) RefuseNothingToShare(graph);
        StepPricer[] Stages(Device at)
        {
            var costs = new EngineCosts(
                Rung.Make(at, formats, site.Links(device, plan)), device, engine,
                settings.AsyncScheduling);
            return [.. Enumerable.Range(0, graph.Stages.Count)
                .Select(stage => new StepPricer(graph, stage, costs))];
        }
        return new Deployment(
            hardware, device, graph, settings, Stages(device), node, hashBlockTokens)
        {
            Engine = engine,
            BurstStages = device.AtBurst() is { } burst ? Stages(burst) : [],
            Engines = model.HasExperts ? 1 : spec.Dp,
            Pool = hardware.IsCluster
                ? spec.Pool ?? hardware.Cluster.Pools.Keys.Single()
                : null,
        };
    }

    /// <summary>Keys and values can be shared only if what follows leaves them alone.</summary>
    private void RefusePrefixCaching()
    {
        var reason = model.HasEncoder
            ? "its encoder reads a prompt as a whole"
            : !model.Causal
            ? "its tokens see those that follow, so that equal prefixes have different keys and "
                + "values"
            : model.Layers.Any(layer => layer.Mixer is MambaShape or Mamba2Shape or DeltaShape)
            ? "its recurrent layers keep one state, not one for each block of a prompt"
            : null;
        if (reason is null) return;
        throw new ConfigException("", 0, "--enable-prefix-caching",
            $"is not possible with {model.Id}: {reason}; leave it out.");
    }

    private void RefuseNothingToShare(OperatorGraph graph)
    {
        if (!model.Layers.Any(layer => layer.Mixer is LatentAttentionShape)
            && graph.Stages.SelectMany(stage => stage)
                .Any(template => template.Basis == ShapeBasis.CommonPrefix))
        {
            return;
        }
        throw new ConfigException("", 0, "--cascade-attention",
            $"does nothing with {model.Id}: its layers do not read a whole cache of keys and "
            + "values (windows, latents and states are not shared this way); leave it out.");
    }

    private static void RefuseNoWayOut(
        HardwareDocument hardware, EngineSettings engine, Device device, AwayMemory? away)
    {
        if (!engine.UsesAway || away is not null) return;
        var (flag, what, instead) = engine.OffloadWeights.Value > 0
            ? ("--offload-weights", "load weights from", "")
            : ("--preemption-mode", "swap blocks to", ", or use recompute");
        var lacking = engine.OffloadTo == AwayPlace.Host
            ? "no link with the role \"host\""
            : "no memory level with the role \"offload\" and a bandwidth";
        throw new ConfigException(hardware.File, 0, flag,
            $"{device.Spec.Id} states {lacking} to {what}; add one{instead}.");
    }

    private static void RefuseBeyondRoom(
        HardwareDocument hardware, EngineSettings engine, AwayMemory? away, NodeShare node)
    {
        if (away is null) return;
        var flag = engine.OffloadWeights.Value > 0 ? "--offload-weights" : "--swap-space";
        var each = engine.AwayBytes;
        if (away.Capacity is { } flash)
        {
            if (each <= flash.Value) return;
            throw new ConfigException(hardware.File, 0, flag,
                $"{each} for each accelerator is more than the {flash.Value} that it keeps "
                + "outside.");
        }
        if (node.Host.Memory is not { } memory) return;
        var needed = node.PerNode * each;
        if (needed <= memory.Value) return;
        throw new ConfigException(hardware.File, 0, flag,
            $"{each} for each of {node.PerNode} accelerators is {needed}; the node's "
            + $"host memory is {memory.Value}.");
    }

    /// <summary>Ranks of a replica that share a node's medium load over it together.</summary>
    private static WeightOffload? OffloadOf(
        EngineSettings engine, AwayMemory? away, NodeShare node, ParallelismPlan plan)
    {
        if (away is null || engine.OffloadWeights.Value == 0) return null;
        var sharers = away.Name == node.SharedMedium && away.Place == AwayPlace.Host
            ? Math.Min(plan.Accelerators, node.PerNode)
            : 1;
        return new WeightOffload(engine.OffloadWeights, engine.OffloadTo, sharers);
    }

    /// <summary>Without experts, data-parallel engines have nothing in common.</summary>
    private ParallelismPlan PlanOf(ReplicaSpec spec)
    {
        if (spec.Dp > 1 && spec.Pp > 1 && model.HasExperts)
        {
            throw new ConfigException("", 0, "--pp",
                $"pp={spec.Pp} with dp={spec.Dp} on a model with experts is not simulated; "
                + "use one of them, or separate replicas.");
        }
        return new ParallelismPlan(
            spec.Tp, spec.Pp, spec.Ep, model.HasExperts ? spec.Dp : 1)
        {
            ExpertSkew = spec.ExpertSkew,
            RoutingSkew = model.HasExperts
                ? spec.RoutingSkew ?? ExpertPopularity.Usual(model)
                : 0,
        };
    }
}
