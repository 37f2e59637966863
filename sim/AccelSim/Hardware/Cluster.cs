using AccelSim.Configuration;
using AccelSim.Units;

namespace AccelSim.Hardware;

/// <summary>Accelerators joined by links, as a cluster file describes them.</summary>
public sealed record Cluster
{
    /// <summary>The name to choose it by: the file's name without its ending.</summary>
    [FromFileName]
    public required string Id { get; init; }

    /// <summary>The name a person would use.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Groups of equal accelerators, by name; more than one makes a mixed cluster.
    /// </summary>
    public required IReadOnlyDictionary<string, Pool> Pools { get; init; }

    /// <summary>
    /// Accelerators of all pools together as the maker states them; lint compares them.
    /// </summary>
    public Fact<Count>? Accelerators { get; init; }

    /// <summary>The network between nodes; null for a single node.</summary>
    public Link? Network { get; init; }

    /// <summary>What each node needs besides its accelerators.</summary>
    public NodeHost Host { get; init; } = new();
}

/// <summary>Equal accelerators in equal nodes.</summary>
public sealed record Pool
{
    /// <summary>The accelerator.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>Accelerators in one node.</summary>
    public required Fact<Count> PerNode { get; init; }

    /// <summary>Nodes.</summary>
    public required Fact<Count> Nodes { get; init; }

    /// <summary>
    /// The link among the accelerators of a node; null takes the accelerator's own scale-up link,
    /// or its host link where it has none.
    /// </summary>
    public Link? ScaleUp { get; init; }
}

/// <summary>
/// Host processors, fans, network cards, chassis: one node's share beside accelerators.
/// </summary>
public sealed record NodeHost
{
    /// <summary>Mean draw while serving.</summary>
    public Fact<Watts>? Power { get; init; }

    /// <summary>To buy, without the accelerators.</summary>
    public Fact<Usd>? Purchase { get; init; }

    /// <summary>Memory that KV blocks can be swapped to.</summary>
    public Fact<Bytes>? Memory { get; init; }
}
