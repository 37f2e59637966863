using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Fpga;

/// <summary>Attention on an FPGA: a query at a time through the adder trees.</summary>
internal sealed class FpgaAttention : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => FpgaFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "start of a stage: launch, pipeline depth, memory latency",
        Matrix = "a query at a time through adder trees of treeInputs, / matrixShare",
        Vector = "softmax operations / (vectorShare × vector rate)",
        Memory = "keys and values beyond what block RAM keeps / achieved bandwidth",
        Cache = "the same bytes / block-RAM bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new FpgaFigures(figures);
        var fpga = machine.Fpga!;
        var shape = new AttentionShape(@operator);
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        var streamed = shape.Queries * shape.Seen(1);
        var matrix = fpga.Seconds(
                rate, figure.TreeInputs, shape.Streams, streamed, shape.Keys, shape.KeyDim)
            + fpga.Seconds(
                rate, figure.TreeInputs, shape.Streams, streamed, shape.ValueDim, shape.Keys);
        var bytes = shape.Bytes(figure.StoreShare * machine.OnChipBytes);
        var spared = Residency.Spared(@operator, machine.OnChipBytes, figure.StoreShare, 0);
        time = Overlap.Of(
            figure.FixedSeconds(machine), matrix / figure.MatrixShare,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate),
            figure.MemorySeconds(Math.Max(0, bytes - spared), machine),
            machine.OnChipBandwidth > 0 ? bytes / machine.OnChipBandwidth : 0);
    }
}
