using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Edge;

/// <summary>Products with weights on the matrix engine, one or one for each expert.</summary>
internal sealed class EdgeLinear : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => EdgeFigures.All;

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new EdgeFigures(figures);
        var engine = machine.Edge!.Matrix;
        double groups = Math.Max(1, @operator.Groups);
        var rows = Math.Ceiling(@operator.M / groups);
        var moved = groups * LoopOrders.Bytes(
            rows, @operator.N, @operator.InputBytes.Value / groups,
            @operator.WeightBytes.Value / groups, @operator.OutputBytes.Value / groups,
            figure.StoreShare * machine.OnChipBytes);
        var spared = Residency.Spared(
            @operator, machine.OnChipBytes, figure.StoreShare, figure.ResidentShare);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency + engine.FillSeconds(figure),
            engine.Seconds(
                groups, rows, @operator.N, (1 - @operator.Skips) * @operator.K,
                @operator.ComputeFormat, figure),
            @operator.VectorFlops.Value / (figure.VectorShare * engine.LaneRate),
            figure.MemorySeconds(moved - spared, machine),
            EdgeFigures.CacheSeconds(moved, machine));
    }
}
