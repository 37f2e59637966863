using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Npu;

/// <summary>Attention on systolic or cube arrays, of prompts or of generated tokens.</summary>
/// <remarks>
/// Keys and values of a head stay in the arrays, a tile at a time, while the queries of all heads
/// that share them stream through; scores stay on the chip (FlashAttention, Dao et al. 2022). The
/// vector units work out the softmax of one block while the arrays multiply the next.
/// </remarks>
internal sealed class NpuAttention : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => NpuFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch + memory latency + 2 × exposed fill of the arrays",
        Matrix = "scores and values as products of padded tiles, the mask's cut tiles as a whole",
        Vector = "softmax operations / (vectorShare × vector rate)",
        Memory = "keys, values, queries, results / (memoryShare × bandwidth)",
        Cache = "the same bytes / on-chip bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new NpuFigures(figures);
        var npu = machine.Npu!;
        var shape = new AttentionShape(@operator);
        // A tile that a causal mask cuts is multiplied as a whole.
        var streamed = shape.Queries * shape.Seen(npu.Columns);
        var format = @operator.ComputeFormat;
        var matrix = npu.Seconds(
                shape.Streams, streamed, shape.Keys, shape.KeyDim, format, figure)
            + npu.Seconds(
                shape.Streams, streamed, shape.ValueDim, shape.Keys, format, figure);
        var bytes = shape.Bytes(figure.StoreShare * machine.OnChipBytes);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency
                + 2 * npu.FillSeconds(figure.LoadCycles),
            matrix,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate),
            bytes / (figure.MemoryShare * machine.Bandwidth),
            machine.OnChipBandwidth > 0 ? bytes / machine.OnChipBandwidth : 0);
    }
}
