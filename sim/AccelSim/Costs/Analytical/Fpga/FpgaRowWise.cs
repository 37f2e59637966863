using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Fpga;

/// <summary>Norms, activations, look-ups, sampling, scans: stages between the products.</summary>
internal sealed class FpgaRowWise : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => FpgaFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "start of a stage: launch, pipeline depth, memory latency",
        Matrix = "matrix operations / (matrixShare × matrix rate)",
        Vector = "vector operations / (vectorShare × vector rate)",
        Memory = "bytes beyond what block RAM keeps / achieved bandwidth",
        Cache = "bytes / block-RAM bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new FpgaFigures(figures);
        double bytes = @operator.MemoryBytes.Value;
        var spared = Residency.Spared(
            @operator, machine.OnChipBytes, figure.StoreShare, figure.ResidentShare);
        double products = @operator.MatrixFlops.Value;
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        time = Overlap.Of(
            figure.FixedSeconds(machine),
            products > 0 ? products / (figure.MatrixShare * rate) : 0,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate),
            figure.MemorySeconds(Math.Max(0, bytes - spared), machine),
            machine.OnChipBandwidth > 0 ? bytes / machine.OnChipBandwidth : 0);
    }
}
