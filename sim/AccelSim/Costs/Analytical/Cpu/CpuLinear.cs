using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Cpu;

/// <summary>Products with weights on cores, one or one for each expert.</summary>
/// <remarks>
/// Pieces of 16 columns are dealt to the cores, on matrix tiles or on SIMD lanes, whichever is
/// done first: few rows leave a tile mostly empty. Operands are blocked for the caches; what fits
/// the last one does not come from main memory. A step between operators is a barrier.
/// </remarks>
internal sealed class CpuLinear : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters { get; } =
        [.. CpuFigures.All, CpuFigures.TileRows];

    /// <inheritdoc/>
    public override KernelFormula Formula { get; } = new(KernelFormula.Smooth)
    {
        Fixed = "launch (a barrier over the cores) + memory latency",
        Matrix = "the core with most pieces of 16 columns, on tiles or SIMD lanes, / matrixShare",
        Vector = "vector operations / (vectorShare × vector rate)",
        Memory =
            "bytes beyond what the last cache keeps (keptShare, residentShare) / what the cores at "
            + "work can stream",
        Cache = "bytes that private caches re-read / cache bandwidth",
    };

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new CpuFigures(figures);
        var cpu = machine.Cpu!;
        double groups = Math.Max(1, @operator.Groups);
        var rows = Math.Ceiling(@operator.M / groups);
        var left = @operator.InputBytes.Value / groups;
        var right = @operator.WeightBytes.Value / groups;
        var result = @operator.OutputBytes.Value / groups;
        var moved = groups * LoopOrders.Bytes(
            rows, @operator.N, left, right, result, figure.KeptShare * cpu.LastBytes);
        var cached = groups * LoopOrders.Bytes(
            rows, @operator.N, left, right, result, figure.KeptShare * cpu.PrivateBytes);
        var spared = Residency.Spared(
            @operator, cpu.LastBytes, figure.KeptShare, figure.ResidentShare);
        var matrix = cpu.Seconds(
            groups, rows, @operator.N, @operator.K, @operator.ComputeFormat,
            figures[CpuFigures.All.Count]);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency,
            matrix / figure.MatrixShare,
            @operator.VectorFlops.Value / (figure.VectorShare * machine.VectorRate),
            figure.MemorySeconds(
                Math.Max(0, moved - spared), cpu.Active(groups, @operator.N), machine),
            figure.CacheSeconds(cached, machine));
    }
}
