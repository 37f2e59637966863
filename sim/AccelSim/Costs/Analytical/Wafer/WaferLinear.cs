using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>Products with weights on a mesh, one or one for each expert.</summary>
/// <remarks>
/// Weights stay in the memories of the cores. Rows are broadcast along the columns of the mesh,
/// partial sums run along its rows, both while the cores compute; the first and the last number
/// have to cross the mesh whatever the size. Weights that no layer's cores can hold come in from
/// beyond the wafer.
/// </remarks>
internal sealed class WaferLinear : KernelModel
{
    private const double SumBytes = 4;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => WaferFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "the best rectangle of cores: fixed + slowest of compute, core memory and mesh links, "
        + "and weights from beyond the wafer")
    {
        Fixed = "launch + memory latency + one crossing of the mesh",
        Matrix = "operations of a core / (matrixShare × rate of a core)",
        Cache =
            "weights of a core, read once for rowsPerRead rows, / (memoryShare × its bandwidth)",
        Memory = "weights that storeShare of the cores' memory cannot hold / rate from outside",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new WaferFigures(figures);
        var wafer = machine.Wafer!;
        double groups = Math.Max(1, @operator.Groups);
        double layers = Math.Max(1, @operator.Count);
        var rows = Math.Ceiling(@operator.M / groups);
        var elements = groups * @operator.N * @operator.K;
        double weights = @operator.WeightBytes.Value;
        var rate = wafer.CoreRate(@operator.ComputeFormat);
        var input = @operator.InputBytes.Value / Math.Max(1.0, @operator.M * @operator.K);
        var held = wafer.Rows * wafer.Columns * wafer.MemoryBytes * figure.StoreShare;
        var outside = wafer.OutsideRate > 0
            ? Math.Max(0, weights - held / layers) / wafer.OutsideRate
            : 0;
        time = new MeshWork
        {
            Matrices = groups,
            Tall = @operator.K,
            Wide = @operator.N,
            ElementSeconds = 2 * rows / (rate * figure.MatrixShare)
                + @operator.VectorFlops.Value / elements / (rate * figure.VectorShare),
            ElementMemory = weights / elements * Math.Ceiling(rows / figure.RowsPerRead)
                / (wafer.MemoryRate * figure.MemoryShare),
            TallLink = rows * input / wafer.LinkRate,
            WideLink = rows * SumBytes / wafer.LinkRate,
            Crossings = 1,
            RampCycles = figure.RampCycles,
            LeastCores = weights / groups / (wafer.MemoryBytes * figure.StoreShare),
        }.Best(wafer, machine.LaunchSeconds + machine.MemoryLatency, outside);
    }
}
