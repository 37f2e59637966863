using System.Diagnostics;
using AccelSim.Models;

namespace AccelSim.Costs.Collectives;

/// <summary>
/// What ranks exchange. S is the message as <see cref="Operator.MessageBytes"/> says.
/// </summary>
public enum CollectiveKind
{
    /// <summary>Sum over ranks, result everywhere; S is the vector.</summary>
    AllReduce,
    /// <summary>Parts of all ranks, everywhere; S is the gathered result.</summary>
    AllGather,
    /// <summary>Sum over ranks, a part to each; S is the whole input.</summary>
    ReduceScatter,
    /// <summary>A part from each rank to each rank; S is a rank's send buffer, 1/n stays.</summary>
    AllToAll,
    /// <summary>From one rank to a neighbour; S is the message.</summary>
    SendReceive,
}

/// <summary>How ranks exchange it.</summary>
public enum CollectiveAlgorithm
{
    /// <summary>Nothing to do: one rank.</summary>
    None,
    /// <summary>Each to each at once, and each adds up everything itself.</summary>
    OneShot,
    /// <summary>Each to each at once; a sum is scattered first and gathered afterwards.</summary>
    Direct,
    /// <summary>The switch adds up.</summary>
    InNetwork,
    /// <summary>Two binary trees, each for one half of the data.</summary>
    Tree,
    /// <summary>From neighbour to neighbour; on grids, one ring per dimension.</summary>
    Ring,
    /// <summary>Each to each over several hops.</summary>
    Routed,
}

/// <summary>Names of collectives.</summary>
public static class CollectiveNames
{
    /// <summary>The collective that an operator is; null when it is none.</summary>
    public static CollectiveKind? Collective(this OperatorKind kind) => kind switch
    {
        OperatorKind.AllReduce => CollectiveKind.AllReduce,
        OperatorKind.AllGather => CollectiveKind.AllGather,
        OperatorKind.ReduceScatter => CollectiveKind.ReduceScatter,
        OperatorKind.AllToAll => CollectiveKind.AllToAll,
        OperatorKind.SendReceive => CollectiveKind.SendReceive,
        _ => null,
    };

    /// <summary>As people write it.</summary>
    public static string Text(this CollectiveKind kind) => kind switch
    {
        CollectiveKind.AllReduce => "all-reduce",
        CollectiveKind.AllGather => "all-gather",
        CollectiveKind.ReduceScatter => "reduce-scatter",
        CollectiveKind.AllToAll => "all-to-all",
        CollectiveKind.SendReceive => "send/receive",
        _ => throw new UnreachableException(),
    };

    /// <summary>As people write it.</summary>
    public static string Text(this CollectiveAlgorithm algorithm) => algorithm switch
    {
        CollectiveAlgorithm.None => "none",
        CollectiveAlgorithm.OneShot => "one-shot",
        CollectiveAlgorithm.Direct => "direct",
        CollectiveAlgorithm.InNetwork => "in-network",
        CollectiveAlgorithm.Tree => "double binary tree",
        CollectiveAlgorithm.Ring => "ring",
        CollectiveAlgorithm.Routed => "routed",
        _ => throw new UnreachableException(),
    };
}
