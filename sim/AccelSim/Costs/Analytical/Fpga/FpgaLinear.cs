using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Fpga;

/// <summary>Products with weights on an FPGA, one or one for each expert.</summary>
/// <remarks>
/// Rows go one by one through adder trees that hold a piece of the weights; what one stage hands
/// to the next stays in block RAM, and so do weights that fit. Weights of few bits are expanded by
/// converters in the pipeline, which take no time of their own.
/// </remarks>
internal sealed class FpgaLinear : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => FpgaFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "start of a stage: launch, pipeline depth, memory latency",
        Matrix = "rows × columns over adder trees of treeInputs, an interval each, / matrixShare",
        Memory =
            "bytes beyond what block RAM keeps (storeShare, residentShare) / achieved bandwidth",
        Cache = "weights read again for every row / block-RAM bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new FpgaFigures(figures);
        double groups = Math.Max(1, @operator.Groups);
        var rows = Math.Ceiling(@operator.M / groups);
        double left = @operator.InputBytes.Value, right = @operator.WeightBytes.Value;
        double result = @operator.OutputBytes.Value;
        var moved = groups * LoopOrders.Bytes(
            rows, @operator.N, left / groups, right / groups, result / groups,
            figure.StoreShare * machine.OnChipBytes);
        var spared = Residency.Spared(
            @operator, machine.OnChipBytes, figure.StoreShare, figure.ResidentShare);
        var matrix = machine.Fpga!.Seconds(
            machine.MatrixRate(@operator.ComputeFormat), figure.TreeInputs, groups, rows,
            @operator.N, @operator.K);
        // Every row reads the weights from block RAM again.
        var read = left + right * rows + result;
        time = Overlap.Of(
            figure.FixedSeconds(machine), matrix / figure.MatrixShare, 0,
            figure.MemorySeconds(Math.Max(0, moved - spared), machine),
            machine.OnChipBandwidth > 0 ? read / machine.OnChipBandwidth : 0);
    }
}
