using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Npu;

/// <summary>Norms, activations, look-ups, sampling and scans: the vector units' own work.</summary>
internal sealed class NpuRowWise : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
        [NpuFigures.All[0], NpuFigures.All[3], NpuFigures.All[5]];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch + memory latency",
        Matrix = "matrix operations / (matrixShare × matrix rate)",
        Vector = "vector operations / (vectorShare × vector rate)",
        Memory = "bytes / (memoryShare × bandwidth)",
        Cache = "bytes / on-chip bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var (matrixShare, memoryShare, vectorShare) = (figures[0], figures[1], figures[2]);
        double bytes = @operator.MemoryBytes.Value;
        double products = @operator.MatrixFlops.Value;
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency,
            products > 0 ? products / (matrixShare * rate) : 0,
            @operator.VectorFlops.Value / (vectorShare * machine.VectorRate),
            bytes / (memoryShare * machine.Bandwidth),
            machine.OnChipBandwidth > 0 ? bytes / machine.OnChipBandwidth : 0);
    }
}
