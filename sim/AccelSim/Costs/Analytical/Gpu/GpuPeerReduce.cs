using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>All-reduces of serving engines: ranks read and write each other's memory.</summary>
/// <remarks>
/// <code>
/// one-shot = launch + hop·(n − 1) + (n − 1)·S / (oneShotShare·B)
/// two-shot = launch + hop·(n − 1) + second + (2·(n − 1)/n + copy/n)·S / (twoShotShare·B)
/// </code>
/// (Thakur, Rabenseifner and Gropp 2005), the faster of both; with a switch that adds up, from
/// eight ranks also (n + 1)/n·S / (switchShare·B) with the second start. Where ranks share a host's
/// wires, all of it grows by (n/2)^contention. Kernels that meet at barriers (vLLM) and kernels
/// that send a flag with each datum (TensorRT-LLM) are families of their own: the one starts
/// later, the other needs more for large messages.
/// </remarks>
public sealed class GpuPeerReduce : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("launch", "cycles", 500, 1e5, 5000, "launch and first exchange"),
        new("hop", "cycles", 1, 1e4, 100, "a further rank"),
        new("oneShotShare", "", 0.02, 1, 0.6, "share of the bandwidth when each sends all"),
        new("second", "cycles", 50, 1e5, 8000, "a second exchange"),
        new("twoShotShare", "", 0.02, 1, 0.7, "share of the bandwidth when each sends parts"),
        new("copy", "", 0.01, 5, 0.4, "cost of a rank's own part against one that is sent"),
        new("switchShare", "", 0.1, 1, 0.6, "share of the bandwidth when the switch adds up"),
        new("contention", "", 0, 3, 0.01, "growth of time with ranks that share wires"),
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "the faster of one shot and two shots")
    {
        Fixed = "(launch + hop × (n − 1)) / clock, + second for two shots",
        Link =
            "(n − 1) × S / (oneShotShare × bandwidth), or (2·(n − 1) + copy)/n × S / "
            + "(twoShotShare × bandwidth), or (n + 1)/n × S / (switchShare × bandwidth); "
            + "all × (n/2)^contention",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        time = default;
        if (machine.Link(@operator.Group) is not { } link || @operator.Ranks < 2) return;
        double n = @operator.Ranks;
        var size = @operator.MessageBytes.Value / link.Bandwidth * Math.Pow(n / 2, figures[7]);
        var first = (figures[0] + figures[1] * (n - 1)) / machine.Clock;
        var second = figures[3] / machine.Clock;
        var once = (n - 1) * size / figures[2];
        var twice = (2 * (n - 1) + figures[5]) / n * size / figures[4];
        if (link.SwitchReduces && n >= GpuCollective.SwitchRanks)
            twice = Math.Min(twice, (n + 1) / n * size / figures[6]);
        var isTwice = second + twice < once;
        time = new KernelTime
        {
            Seconds = first + (isTwice ? second + twice : once),
            Fixed = first + (isTwice ? second : 0),
            Link = isTwice ? twice : once,
        };
    }
}
