using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>
/// Kernels on GPUs whose work is proportional to their rows: norms, activations, look-ups,
/// sampling, scans, short convolutions.
/// </summary>
/// <remarks>
/// <code>
/// t = launch + max(bytes / rate, vector work / (vectorShare·vector rate))
/// </code>
/// A kernel reads what the one before has just written: operands smaller than the cache come from
/// it. A block of threads keeps only so many bytes in flight, so that few rows do not fill the
/// memory (Little's law: bytes in flight = bandwidth · latency).
/// </remarks>
public sealed class GpuRowWise : KernelModel
{
    /// <summary>Bytes that a block of threads works on: 256 threads, two 16-byte loads.</summary>
    private const double BlockBytes = 8192;

    /// <summary>Blocks of 256 threads that a unit holds.</summary>
    private const double BlocksPerUnit = 8;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        new("launch", "cycles", 500, 4e5, 3000, "launch, first loads and last stores"),
        new("bandwidthShare", "", 0.2, 1, 0.85, "share of the memory's bandwidth reached"),
        new("blockBandwidth", "B/cycle", 0.5, 100, 8, "what one block keeps in flight"),
        new("cacheBandwidth", "B/cycle", 2, 400, 32, "from the cache to one unit"),
        new("residency", "", 0.05, 2, 0.5, "share of the cache that holds what was just written"),
        new("vectorShare", "", 0.02, 1, 0.5, "share of the vector peak reached"),
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "fixed + max(memory + cache, vector)")
    {
        Fixed = "launch / clock",
        Memory =
            "bytes not just written / min(bandwidthShare × bandwidth, blocks × blockBandwidth)",
        Cache = "bytes just written, as far as residency keeps them, / (cacheBandwidth × units)",
        Vector = "vector operations / (vectorShare × vector rate)",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var clock = machine.Clock;
        double table = (@operator.WeightBytes + @operator.KvReadBytes).Value;
        double passing = (@operator.InputBytes + @operator.OutputBytes
            + @operator.KvWriteBytes).Value;
        var blocks = Math.Max(1, (table + passing) / BlockBytes);
        var reach = figures[2] * clock * Math.Min(blocks, BlocksPerUnit * machine.Units);
        var kept = passing > 0 ? figures[4] * machine.SharedCacheBytes / passing : 0;
        var cold = 1 / (1 + kept * kept);
        var memory = (table + passing * cold)
            / Math.Min(figures[1] * machine.Bandwidth, reach);
        var cache = passing * (1 - cold)
            / Math.Min(figures[3] * machine.Units * clock, reach);
        var vector = @operator.VectorFlops.Value / (figures[5] * machine.VectorRate);
        var launch = figures[0] / clock;
        time = new KernelTime
        {
            Seconds = launch + Math.Max(memory + cache, vector),
            Fixed = launch,
            Memory = memory,
            Cache = cache,
            Vector = vector,
        };
    }
}
