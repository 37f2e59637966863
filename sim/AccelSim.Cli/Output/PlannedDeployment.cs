using AccelSim.Cli.Flags;
using AccelSim.Configuration;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Reports;
using AccelSim.Serving;
using AccelSim.Validation;

namespace AccelSim.Cli.Output;

/// <summary>Hardware and a plan to build on it, or on a changed copy of it.</summary>
internal sealed class PlannedDeployment
{
    /// <summary>Prefixes are of no matter where there are no requests.</summary>
    private const int NoPrefixes = 16;

    private readonly DeploymentBuilder _builder;
    private readonly ReplicaSpec _spec;

    /// <summary>Loads what a scenario of one replica names, its workload apart.</summary>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="scenario">What it names.</param>
    /// <param name="model">The model, where it is known already; null: as named.</param>
    /// <exception cref="ConfigException">Something named is absent or wrong.</exception>
    public PlannedDeployment(
        Terminal terminal, Scenario scenario, ModelConfig? model = null)
    {
        var rung = MeasuredTimes.Rung(scenario.CostModel, scenario.Tables);
        _spec = scenario.Replicas[0];
        Hardware = HardwareCheck.Open(terminal, _spec.Hardware);
        Model = model ?? ModelCatalog.Load(scenario.Model);
        _builder = new DeploymentBuilder(
            Model, scenario.Dtype, scenario.KvCacheDtype, scenario.Quantization, NoPrefixes)
        {
            Rung = rung,
        };
    }

    /// <summary>The hardware.</summary>
    public HardwareDocument Hardware { get; }

    /// <summary>The model.</summary>
    public ModelConfig Model { get; }

    /// <summary>Builds on the hardware as it is.</summary>
    /// <exception cref="InfeasiblePlanException">It does not fit.</exception>
    public Deployment Build() => Build(Hardware);

    /// <summary>Builds on a changed copy.</summary>
    public Deployment Build(HardwareDocument hardware) => _builder.Build(hardware, _spec);

    /// <summary>What is looked at, in a sentence.</summary>
    public string Title(Deployment deployment, int isl, int osl) =>
        $"{Model.Id} on "
        + Figures.Plural(deployment.Accelerators * deployment.Engines, "accelerator")
        + $" of {Hardware.Id} ({DeploymentText.Plan(deployment)}), prompts of "
        + $"{Figures.Plural(isl, "token")}, outputs of {Figures.Plural(osl, "token")}";

    /// <summary>Refuses a point that the engine's settings do not admit.</summary>
    /// <exception cref="ConfigException">Too many requests, or too long ones.</exception>
    public void RefuseBeyondSettings(Deployment deployment, int isl, int osl, int batch)
    {
        var engine = _spec.Engine;
        var engines = deployment.Graph.Plan.DataParallel * deployment.Engines;
        var perEngine = (batch + engines - 1) / engines;
        if (perEngine > engine.MaxNumSeqs)
        {
            throw new ConfigException("", 0, "--max-num-seqs",
                $"{engine.MaxNumSeqs} is less than the {perEngine} requests of batch {batch} on "
                + "one engine; raise it.");
        }
        if (engine.MaxModelLen is { } most && isl + osl > most)
        {
            throw new ConfigException("", 0, "--max-model-len",
                $"{most} is less than the {isl} + {osl} tokens of a request; raise it.");
        }
    }

    /// <summary>What a person should know about the point, though it can be computed.</summary>
    public IEnumerable<string> Warnings(int isl, int osl)
    {
        if (Model.MaxContext is { } most && isl + osl > most)
        {
            yield return $"Warning: {Figures.Whole(isl)} + {Figures.Whole(osl)} tokens are "
                + $"more than "
                + $"the {Figures.Whole(most)} that {Model.Id} is made for.";
        }
    }
}
