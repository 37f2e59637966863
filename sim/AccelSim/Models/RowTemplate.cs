using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>An operator whose work and bytes are proportional to its rows.</summary>
internal sealed class RowTemplate(
    string name, int count, OperatorKind kind, Rows rows, RowCost cost)
    : OperatorTemplate(name, count, rows.Basis)
{
    /// <inheritdoc/>
    public override long Parameters => cost.Parameters;

    /// <inheritdoc/>
    public override Bytes ResidentBytes => cost.Resident;

    /// <inheritdoc/>
    public override string Formula =>
        $"M = {rows}; per row {cost.VectorFlops} vector FLOP"
        + (cost.MatrixFlops > 0 ? $", {cost.MatrixFlops} FLOP" : "")
        + $", {cost.Input} B read, {cost.Output} B written"
        + (cost.Table > 0 ? $", {cost.Table} B of its table" : "")
        + (cost.KvWrite > 0 ? $", {cost.KvWrite} B to the KV cache" : "")
        + (cost.Weights.Value > 0 ? $"; weights {cost.Weights.Value} B" : "");

    /// <inheritdoc/>
    public override Operator At(in StepShape shape)
    {
        var m = rows.Of(shape);
        return new Operator
        {
            Name = Name,
            Kind = kind,
            Count = Count,
            M = m,
            N = cost.Width,
            ComputeFormat = cost.Compute,
            KvFormat = cost.Kv,
            MatrixFlops = new Flops(m * cost.MatrixFlops),
            VectorFlops = new Flops(m * cost.VectorFlops),
            WeightBytes = new Bytes(m * cost.Table) + (m > 0 ? cost.Weights : default),
            InputBytes = new Bytes(m * cost.Input),
            OutputBytes = new Bytes(m * cost.Output),
            KvWriteBytes = new Bytes(m * cost.KvWrite),
        };
    }
}

/// <summary>What one row costs, and the weights that all rows share.</summary>
internal readonly record struct RowCost
{
    /// <summary>Numbers of one row.</summary>
    public required long Width { get; init; }

    /// <summary>The format it computes in.</summary>
    public required NumberFormat Compute { get; init; }

    /// <summary>The format of what it writes to the cache.</summary>
    public NumberFormat Kv { get; init; }

    /// <summary>Vector work per row.</summary>
    public long VectorFlops { get; init; }

    /// <summary>Matrix work per row.</summary>
    public long MatrixFlops { get; init; }

    /// <summary>Bytes read per row.</summary>
    public long Input { get; init; }

    /// <summary>Bytes written per row.</summary>
    public long Output { get; init; }

    /// <summary>Bytes of a weight table read per row.</summary>
    public long Table { get; init; }

    /// <summary>Bytes written to the KV cache per row.</summary>
    public long KvWrite { get; init; }

    /// <summary>Weights read once, whatever the rows.</summary>
    public Bytes Weights { get; init; }

    /// <summary>Numbers of weights held.</summary>
    public long Parameters { get; init; }

    /// <summary>Memory of the weights held.</summary>
    public Bytes Resident { get; init; }
}
