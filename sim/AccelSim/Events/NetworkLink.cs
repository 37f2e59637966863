using AccelSim.Units;

namespace AccelSim.Events;

/// <summary>One direction of one wire, or anything else that a bandwidth is shared on.</summary>
public sealed class NetworkLink
{
    internal NetworkLink(int index, string name, BytesPerSecond capacity)
    {
        (Index, Name, Capacity) = (index, name, capacity);
    }

    /// <summary>Position among the network's links, from 0.</summary>
    public int Index { get; }

    /// <summary>What a trace calls it, such as <c>replica 0 → network</c>.</summary>
    public string Name { get; }

    /// <summary>Shared by all transfers that pass.</summary>
    public BytesPerSecond Capacity { get; }

    /// <summary>Bytes of the finished transfers that passed.</summary>
    public Bytes Delivered { get; internal set; }

    /// <summary>What passed until rates last changed, finished or not.</summary>
    internal double Carried { get; set; }

    /// <summary>One entry for each time that a flow passes.</summary>
    internal List<FairShareNetwork.Flow> Flows { get; } = [];

    /// <summary>Whether rates are to be settled because of it.</summary>
    internal bool Disturbed { get; set; }

    internal int Mark { get; set; }

    internal double Left { get; set; }

    internal int Unsettled { get; set; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
