using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Wafer;

/// <summary>Norms, activations, look-ups, sampling and scans on a mesh.</summary>
internal sealed class WaferRowWise : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => WaferFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(
        "the best rectangle of cores: fixed + slowest of compute, core memory and mesh links")
    {
        Fixed = "launch + memory latency + a crossing; two where a row asks all its cores",
        Vector = "operations of a core / (vectorShare × rate of a core)",
        Cache = "bytes of a core / (memoryShare × its bandwidth)",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new WaferFigures(figures);
        var wafer = machine.Wafer!;
        // Scans state no width: their heads are as good.
        double width = Math.Max(1, Math.Max(@operator.N, @operator.Heads));
        double rows = Math.Max(1, @operator.M);
        var elements = width * rows;
        var rate = wafer.CoreRate(@operator.ComputeFormat);
        double bytes = @operator.MemoryBytes.Value;
        // A norm or a choice needs a number from the whole row, and tells it to the whole row.
        var asksAll = @operator.Kind is OperatorKind.Normalisation or OperatorKind.Sampling;
        time = new MeshWork
        {
            Matrices = 1,
            IsVector = @operator.MatrixFlops.Value == 0,
            Tall = width,
            Wide = rows,
            ElementSeconds =
                @operator.VectorFlops.Value / elements / (rate * figure.VectorShare)
                + @operator.MatrixFlops.Value / elements / (rate * figure.MatrixShare),
            ElementMemory = bytes / elements / (wafer.MemoryRate * figure.MemoryShare),
            Crossings = asksAll ? 2 : 1,
            RampCycles = asksAll ? figure.RampCycles : 0,
            LeastCores = 1,
        }.Best(wafer, machine.LaunchSeconds + machine.MemoryLatency, 0);
    }
}
