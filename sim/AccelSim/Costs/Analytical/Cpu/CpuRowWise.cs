using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>Norms, activations, look-ups, sampling and scans on cores.</summary>
internal sealed class CpuRowWise : KernelModel
{
    /// <summary>A thread gets at least a page of 4 KiB; less is not worth its start.</summary>
    private const double PieceBytes = 4096;

    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => CpuFigures.All;

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch (a barrier over the cores) + memory latency",
        Matrix = "matrix operations / (matrixShare × matrix rate)",
        Vector = "vector operations / (vectorShare × vector rate of the cores at work)",
        Memory = "bytes beyond what the last cache keeps / what the cores at work can stream",
        Cache = "bytes / cache bandwidth of the cores at work",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new CpuFigures(figures);
        var cpu = machine.Cpu!;
        double bytes = @operator.MemoryBytes.Value;
        var active = Math.Clamp(bytes / PieceBytes, 1, cpu.Cores);
        var spared = Residency.Spared(
            @operator, cpu.LastBytes, figure.KeptShare, figure.ResidentShare);
        double products = @operator.MatrixFlops.Value;
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency,
            products > 0 ? products / (figure.MatrixShare * rate) : 0,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate)
                * cpu.Cores / active,
            figure.MemorySeconds(Math.Max(0, bytes - spared), active, machine),
            figure.CacheSeconds(bytes, machine) * cpu.Cores / active);
    }
}
