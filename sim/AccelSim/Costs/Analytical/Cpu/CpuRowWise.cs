using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>Norms, activations, look-ups, sampling and scans on cores.</summary>
/// <remarks>Rows are dealt to as many cores as is worth it; one core does few of them.</remarks>
internal sealed class CpuRowWise : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
    [
        .. CpuFigures.All,
        new("pieceBytes", "B", 256, 1048576, 4096,
            "bytes of whole rows from which starting one more core is worth it"),
    ];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch (a barrier, where more than one core works) + memory latency",
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
        var active = Math.Clamp(
            Math.Min(bytes / figures[CpuFigures.All.Count], @operator.M), 1, cpu.Cores);
        var spared = Math.Min(bytes, Residency.Spared(
            @operator, cpu.LastBytes, figure.KeptShare, figure.ResidentShare));
        double products = @operator.MatrixFlops.Value;
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        time = Overlap.Of(
            (active > 1 ? machine.LaunchSeconds : 0) + machine.MemoryLatency,
            products > 0 ? products / (figure.MatrixShare * rate) : 0,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate)
                * cpu.Cores / active,
            figure.MemorySeconds(bytes - spared, active, machine),
            figure.CacheSeconds(bytes, machine) * cpu.Cores / active);
    }
}
