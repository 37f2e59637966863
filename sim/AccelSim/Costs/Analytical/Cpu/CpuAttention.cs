using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>Attention on cores, of prompts or of generated tokens.</summary>
/// <remarks>
/// Blocks of queries and keys of each KV head are dealt to the cores; long caches are cut, so that
/// few sequences keep many cores busy (Flash-Decoding, Dao et al. 2023).
/// </remarks>
internal sealed class CpuAttention : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        .. CpuFigures.All,
        new("blockTokens", "tokens", 16, 4096, 256, "keys, and queries, of one block"),
        CpuFigures.TileRows,
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch (a barrier over the cores) + memory latency",
        Matrix = "scores and values as products, the core with most pieces, / matrixShare",
        Vector = "softmax operations / (vectorShare × vector rate of the cores at work)",
        Memory =
            "keys and values beyond what the last cache keeps / what the cores at work can stream",
        Cache = "bytes that private caches re-read / cache bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new CpuFigures(figures);
        var block = figures[CpuFigures.All.Count];
        var tile = figures[CpuFigures.All.Count + 1];
        var cpu = machine.Cpu!;
        var shape = new AttentionShape(@operator);
        var active = Math.Min(cpu.Cores, shape.Streams * Math.Max(1, shape.Keys / block)
            * Math.Max(1, shape.Queries / block));
        var format = @operator.ComputeFormat;
        var streamed = shape.Queries * shape.Seen(Math.Min(block, shape.Keys));
        var matrix = cpu.Seconds(shape.Streams, streamed, shape.Keys, shape.KeyDim, format, tile)
            + cpu.Seconds(shape.Streams, streamed, shape.ValueDim, shape.Keys, format, tile);
        var bytes = shape.Bytes(figure.KeptShare * cpu.LastBytes);
        var spared = Residency.Spared(@operator, cpu.LastBytes, figure.KeptShare, 0);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency,
            matrix / figure.MatrixShare,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate)
                * cpu.Cores / active,
            figure.MemorySeconds(Math.Max(0, bytes - spared), active, machine),
            figure.CacheSeconds(shape.Bytes(figure.KeptShare * cpu.PrivateBytes), machine));
    }
}
