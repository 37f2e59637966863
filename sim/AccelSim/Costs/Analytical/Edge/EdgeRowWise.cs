using AccelSim.Models;

namespace AccelSim.Costs.Analytical.Edge;

/// <summary>Norms, activations and scans on the vector engine; little ones on the cores.</summary>
/// <remarks>
/// Look-ups and sampling stand at the ends of a step, where the host is at work anyway: they run
/// on the cores if they end sooner there, for want of a submission.
/// </remarks>
internal sealed class EdgeRowWise : KernelModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KernelParameter> Parameters => EdgeFigures.All;

    /// <inheritdoc/>
    public override void Price(
        in Operator @operator, Machine machine, ReadOnlySpan<double> figures,
        out KernelTime time)
    {
        var figure = new EdgeFigures(figures);
        var edge = machine.Edge!;
        var away = edge.ChangesEngine ? figure.HandoffSeconds : 0;
        time = On(edge.Vector, machine.LaunchSeconds + away, @operator, machine, figure);
        if (edge.Cores is not { } cores) return;
        if (@operator.Kind is not (OperatorKind.Embedding or OperatorKind.Sampling)) return;
        var hosted = On(cores, figure.HandoffSeconds, @operator, machine, figure);
        if (hosted.Seconds < time.Seconds) time = hosted;
    }

    private static KernelTime On(
        EdgeEngine engine, double before, in Operator @operator, Machine machine,
        in EdgeFigures figure)
    {
        double bytes = @operator.MemoryBytes.Value;
        double products = @operator.MatrixFlops.Value;
        var spared = Residency.Spared(
            @operator, machine.OnChipBytes, figure.StoreShare, figure.ResidentShare);
        var rate = machine.MatrixRate(@operator.ComputeFormat);
        return Overlap.Of(
            before + machine.MemoryLatency,
            products > 0 ? products / (figure.MatrixShare * rate) : 0,
            @operator.VectorFlops.Value / (figure.VectorShare * engine.LaneRate),
            figure.MemorySeconds(bytes - spared, machine),
            EdgeFigures.CacheSeconds(bytes, machine));
    }
}
