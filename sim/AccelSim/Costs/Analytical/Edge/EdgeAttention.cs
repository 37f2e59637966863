using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Edge;

/// <summary>Attention on the matrix engine, with softmax on its own lanes.</summary>
internal sealed class EdgeAttention : KernelModel
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
        var shape = new AttentionShape(@operator);
        var streamed = shape.Queries * shape.Seen(Math.Min(figure.TileRows, shape.Keys));
        var format = @operator.ComputeFormat;
        var matrix = engine.Seconds(
                shape.Streams, streamed, shape.Keys, shape.KeyDim, format, figure)
            + engine.Seconds(
                shape.Streams, streamed, shape.ValueDim, shape.Keys, format, figure);
        var bytes = shape.Bytes(figure.StoreShare * machine.OnChipBytes);
        var spared = Residency.Spared(@operator, machine.OnChipBytes, figure.StoreShare, 0);
        time = Overlap.Of(
            machine.LaunchSeconds + machine.MemoryLatency + 2 * engine.FillSeconds(figure),
            matrix,
            @operator.VectorFlops.Value / (figure.VectorShare * engine.LaneRate),
            figure.MemorySeconds(bytes - spared, machine),
            EdgeFigures.CacheSeconds(bytes, machine));
    }
}
