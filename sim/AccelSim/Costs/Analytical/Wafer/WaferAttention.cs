using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>Attention on a mesh: keys and values stay where they were written.</summary>
/// <remarks>
/// Heads and their numbers lie along the rows, keys along the columns. Scores cross the mesh once
/// for their sums, once for their maximum, and values once.
/// </remarks>
internal sealed class WaferAttention : KernelModel
{
    private const double SumBytes = 4;

    /// <summary>Scores, softmax, values.</summary>
    private const double Passes = 3;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => WaferFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "the best rectangle of cores: fixed + slowest of compute, core memory and mesh links")
    {
        Fixed = "launch + memory latency + three crossings: scores, softmax, values",
        Matrix = "operations of a core / (matrixShare, vectorShare × rate of a core)",
        Cache =
            "keys and values of a core, once for rowsPerRead queries, / (memoryShare × bandwidth)",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new WaferFigures(figures);
        var wafer = machine.Wafer!;
        var shape = new AttentionShape(@operator);
        var elements = shape.Streams * shape.KeyDim * shape.Keys;
        var rate = wafer.CoreRate(@operator.ComputeFormat);
        var bytes = shape.KeyBytes;
        time = new MeshWork
        {
            Matrices = 1,
            Tall = shape.Streams * shape.KeyDim,
            Wide = shape.Keys,
            ElementSeconds =
                @operator.MatrixFlops.Value / elements / (rate * figure.MatrixShare)
                + @operator.VectorFlops.Value / elements / (rate * figure.VectorShare),
            ElementMemory = bytes / elements
                * Math.Ceiling(shape.Queries * shape.Seen(1) / figure.RowsPerRead)
                / (wafer.MemoryRate * figure.MemoryShare),
            TallLink = shape.Queries * SumBytes / wafer.LinkRate,
            WideLink = shape.Queries * shape.Seen(1) * SumBytes / wafer.LinkRate,
            Crossings = Passes,
            RampCycles = figure.RampCycles,
            LeastCores = bytes / (wafer.MemoryBytes * figure.StoreShare),
        }.Best(wafer, machine.LaunchSeconds + machine.MemoryLatency, 0);
    }
}
