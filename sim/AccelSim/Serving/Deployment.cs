using AccelSim.Costs;
using AccelSim.Hardware;
using AccelSim.Models;
using AccelSim.Units;

namespace AccelSim.Serving;

/// <summary>What replicas of one kind are made of: hardware, graph, prices, memory.</summary>
public sealed class Deployment
{
    internal Deployment(
        HardwareDocument hardware, Device device, OperatorGraph graph, EngineSettings settings,
        IReadOnlyList<StepPricer> stages, NodeShare node, int hashBlockTokens)
    {
        Hardware = hardware;
        Device = device;
        Graph = graph;
        Settings = settings;
        Stages = stages;
        Node = node;
        _hashBlockTokens = hashBlockTokens;
        Memory = MemoryBudget.Of(device, graph, settings);
        Away = AwayMemory.Of(device, settings.OffloadTo);
        AwayLink = IndexOf(Away?.Name);
        SharedMedium = IndexOf(node.SharedMedium);
    }

    private readonly int _hashBlockTokens;

    /// <summary>The file it came from.</summary>
    public HardwareDocument Hardware { get; }

    /// <summary>The pool of its cluster; null where it is an accelerator on its own.</summary>
    public string? Pool { get; init; }

    /// <summary>The accelerator.</summary>
    public Device Device { get; }

    /// <summary>The model's operators under the plan and formats.</summary>
    public OperatorGraph Graph { get; }

    /// <summary>The engine's profile.</summary>
    public required EngineProfile Engine { get; init; }

    /// <summary>The engine's settings.</summary>
    public EngineSettings Settings { get; }

    /// <summary>Prices of each pipeline stage.</summary>
    public IReadOnlyList<StepPricer> Stages { get; }

    /// <summary>
    /// The same under the power limit of a burst; empty for an accelerator without bursts.
    /// </summary>
    public IReadOnlyList<StepPricer> BurstStages { get; init; } = [];

    /// <summary>The memory of the fullest rank.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>The nodes that replicas stand in.</summary>
    public NodeShare Node { get; }

    /// <summary>
    /// Engines that <c>dp</c> asks for and that have nothing in common: replicas of their own.
    /// </summary>
    public required int Engines { get; init; }

    /// <summary>Accelerators of one replica.</summary>
    public int Accelerators => Graph.Plan.Accelerators;

    /// <summary>Accelerators that work on the same stage of the same batch.</summary>
    public int RanksPerStage => Graph.Plan.TensorParallel * Graph.Plan.DataParallel;

    /// <summary>One KV block on one rank.</summary>
    public Bytes BlockBytes => Memory.BlockBytes;

    /// <summary>
    /// Where swapped blocks and offloaded weights live; null where the device states no way there.
    /// </summary>
    public AwayMemory? Away { get; }

    /// <summary>The way there among the cost model's resources; −1 where there is none.</summary>
    public int AwayLink { get; }

    /// <summary>The node's medium among the cost model's resources; −1 where none is.</summary>
    public int SharedMedium { get; }

    /// <summary>The same, priced otherwise.</summary>
    /// <param name="around">Makes another cost model of the one that there is.</param>
    public Deployment With(Func<ICostModel, ICostModel> around)
    {
        ArgumentNullException.ThrowIfNull(around);
        return new Deployment(
            Hardware, Device, Graph, Settings, Around(Stages), Node, _hashBlockTokens)
        {
            BurstStages = Around(BurstStages),
            Engine = Engine,
            Engines = Engines,
            Pool = Pool,
        };

        StepPricer[] Around(IReadOnlyList<StepPricer> stages)
        {
            if (stages.Count == 0) return [];
            var costs = around(stages[0].Model);
            return [.. Enumerable.Range(0, stages.Count)
                .Select(stage => new StepPricer(Graph, stage, costs))];
        }
    }

    private int IndexOf(string? resource)
    {
        var resources = Stages[0].Model.Resources;
        for (var i = 0; i < resources.Count; i++)
        {
            if (resources[i].Name == resource) return i;
        }
        return -1;
    }

    /// <summary>The time to move KV blocks of every rank out of main memory or in.</summary>
    public Seconds SwapTime(long blocks) =>
        blocks == 0 ? default : blocks * BlockBytes / Away!.Bandwidth.Value;

    /// <summary>A scheduler with an empty cache.</summary>
    internal Scheduler NewScheduler() => new(
        Settings,
        Memory.Blocks,
        BlockBytes.Value == 0 || Away is null
            ? 0
            : Settings.SwapSpace.Value / BlockBytes.Value,
        Graph.Plan.PipelineParallel,
        Graph.Model.Window,
        _hashBlockTokens);
}

/// <summary>A replica's share of its nodes.</summary>
/// <param name="Host">What a node needs besides accelerators.</param>
/// <param name="Nodes">Nodes per replica; a fraction where replicas share one.</param>
/// <param name="PerNode">Accelerators of a node.</param>
/// <param name="SharedMedium">
/// Name of a link that all accelerators of a node share, or null.
/// </param>
/// <param name="MediumBandwidth">Its bandwidth.</param>
public sealed record NodeShare(
    NodeHost Host, double Nodes, int PerNode, string? SharedMedium,
    BytesPerSecond MediumBandwidth);
