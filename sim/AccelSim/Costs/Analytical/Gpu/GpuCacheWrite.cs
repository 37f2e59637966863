using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>New keys and values on their way into the cache.</summary>
/// <remarks>
/// Engines start this kernel inside their attention call, and that is how attention was measured:
/// a write of its own would count it twice.
/// </remarks>
public sealed class GpuCacheWrite : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("apart", "", 0, 1, 0, "share of the write that the attention call does not include"),
    ];

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var memory = figures[0] * @operator.MemoryBytes.Value / machine.Bandwidth;
        time = new KernelTime { Seconds = memory, Memory = memory };
    }
}
