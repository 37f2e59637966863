using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>Collectives and point-to-point messages of a library: NCCL, oneCCL.</summary>
/// <remarks>
/// <code>
/// t = launch + hop·rounds·(n − 1) + z + ramp·z / (z + rampStart)
/// z = (rounds·(n − 1)/n + copy/n)·S / (linkShare·B) · (n/2)^contention
/// </code>
/// A ring sends rounds·(n − 1)/n of the message (Patarasuk and Yuan 2009), rounds being 2 for an
/// all-reduce and 1 otherwise, and copies its own part. Small messages go by a protocol that sends
/// flags with the data and costs bandwidth; from rampStart on, one with larger chunks costs ramp
/// more and is faster. A switch that adds up takes (n + 1)/n (Klenk et al. 2020); the library uses
/// it from eight ranks. Contention is 0 where every rank has its own wires and grows where they
/// share a host's. Between nodes, each rank passes on its share of what the node has reduced.
/// </remarks>
public sealed class GpuCollective : KernelModel
{
    /// <summary>Ranks from which switches reduce: the library's own choice.</summary>
    internal const int SwitchRanks = 8;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("launch", "cycles", 500, 1e5, 1e4, "launch and first handshake"),
        new("hop", "cycles", 1, 1e4, 1000, "a step to the next rank"),
        new("linkShare", "", 0.05, 1, 0.8, "share of the link's bandwidth that data reach"),
        new("copy", "", 0.001, 3, 0.4, "cost of a rank's own part against one that is sent"),
        new("ramp", "us", 0.01, 500, 20, "start of the protocol for large messages"),
        new("rampStart", "us", 0.1, 1000, 15, "transfer time from which it pays"),
        new("contention", "", 0, 3, 0.01, "growth of time with ranks that share wires"),
        new("switchShare", "", 0.1, 1, 0.6, "share of the bandwidth when the switch adds up"),
        new("networkShare", "", 0.05, 1, 0.7, "share of the bandwidth between nodes"),
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "fixed + link")
    {
        Fixed = "(launch + hop × rounds × (n − 1)) / clock; 2 rounds for an all-reduce",
        Link =
            "z + ramp × z / (z + rampStart), z = (rounds × (n − 1)/n + copy/n) × S / (linkShare × "
            + "bandwidth) × (n/2)^contention, or by the switch; between nodes at networkShare",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        time = default;
        if (machine.Link(@operator.Group) is not { } link || @operator.Ranks < 2) return;
        var inside = link.Across is null ? @operator.Ranks
            : Math.Min(@operator.Ranks, link.RanksInside);
        var nodes = (@operator.Ranks + inside - 1) / inside;
        double message = @operator.MessageBytes.Value;
        var rounds = @operator.Kind == OperatorKind.AllReduce ? 2.0 : 1.0;
        var isPair = @operator.Kind == OperatorKind.SendReceive;
        var wire = link.IsNetwork ? figures[8] : figures[2];
        var load = isPair ? 1 : Load(figures, link, inside, rounds, @operator.Kind);
        var z = (isPair && nodes > 1 ? 0 : load) * message / (wire * link.Bandwidth);
        var steps = isPair ? 0 : rounds * (inside - 1);
        var far = 0.0;
        if (nodes > 1)
        {
            var crossing = isPair ? message
                : rounds * (nodes - 1) / nodes * message
                    / (@operator.Kind == OperatorKind.AllToAll ? 1 : inside);
            far = crossing / (figures[8] * link.Across!.Bandwidth)
                + (isPair ? 1 : rounds * (nodes - 1)) * link.Across.Latency;
        }
        else if (link.IsNetwork)
        {
            far = (isPair ? 1 : rounds * (inside - 1)) * link.Latency;
        }
        var start = (figures[0] + figures[1] * steps) / machine.Clock;
        var ramp = z > 0 ? figures[4] * 1e-6 * z / (z + figures[5] * 1e-6) : 0;
        time = new KernelTime
        {
            Seconds = start + z + ramp + far,
            Fixed = start,
            Link = z + ramp + far,
        };
    }

    private static double Load(
        ReadOnlySpan<double> figures, MachineLink link, double ranks, double rounds,
        OperatorKind kind)
    {
        if (ranks < 2) return 0;
        var ring = (rounds * (ranks - 1) / ranks + figures[3] / ranks)
            * Math.Pow(ranks / 2, figures[6]);
        return kind == OperatorKind.AllReduce && link.SwitchReduces && ranks >= SwitchRanks
            ? Math.Min(ring, (ranks + 1) / ranks * figures[2] / figures[7])
            : ring;
    }
}
