using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Npu;

/// <summary>Products with weights on systolic or cube arrays, one or one for each expert.</summary>
/// <remarks>
/// Weights stay in an array while rows stream through (TPU: Jouppi et al., ISCA 2017); tiles are
/// padded to the array and dealt to the arrays in waves. Copies, arrays and vector units overlap.
/// Where it takes less, the vector units do the whole product.
/// </remarks>
internal sealed class NpuLinear : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => NpuFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        KernelFormula.Smooth + "; or all of it on the vector units where that is faster")
    {
        Fixed =
            "launch + memory latency + exposedFill × (loadCycles × rows of an array + skew) / "
            + "clock",
        Matrix = "waves of tiles padded to the arrays × rows streamed / (matrixShare × clock)",
        Vector = "vector operations / (vectorShare × vector rate)",
        Memory =
            "bytes, re-read as far as storeShare of the store cannot hold an operand, / "
            + "(memoryShare × bandwidth)",
        Cache = "(rows read once for neighbouring arrays + weights + results) / on-chip bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new NpuFigures(figures);
        var npu = machine.Npu!;
        double groups = Math.Max(1, @operator.Groups);
        var rows = Math.Ceiling(@operator.M / groups);
        double left = @operator.InputBytes.Value, right = @operator.WeightBytes.Value;
        double result = @operator.OutputBytes.Value;
        var bytes = groups * LoopOrders.Bytes(
            rows, @operator.N, left / groups, right / groups, result / groups,
            figure.StoreShare * machine.OnChipBytes);
        var matrix = npu.Seconds(
            groups, rows, @operator.N, @operator.K, @operator.ComputeFormat, figure);
        // Arrays at work on neighbouring columns share one reading of the rows.
        var readings = Math.Ceiling(@operator.N / (npu.Columns * npu.Arrays));
        var cache = machine.OnChipBandwidth > 0
            ? (left * readings + right + result) / machine.OnChipBandwidth
            : 0;
        var memory = bytes / (figure.MemoryShare * machine.Bandwidth);
        var wait = machine.LaunchSeconds + machine.MemoryLatency;
        var lanes = figure.VectorShare * machine.VectorRate;
        time = Overlap.Of(
            wait + npu.FillSeconds(figure.LoadCycles), matrix,
            @operator.VectorFlops.Value / lanes, memory, cache);
        // A row or two leave an array's edge too narrow for the weights; lanes take them all.
        var onLanes = Overlap.Of(
            wait, 0, (@operator.MatrixFlops.Value + (double)@operator.VectorFlops.Value) / lanes,
            memory, cache);
        if (onLanes.Seconds < time.Seconds) time = onLanes;
    }
}
