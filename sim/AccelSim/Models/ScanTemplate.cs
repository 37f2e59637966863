using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>A recurrence with constant state: reads and writes it once per sequence.</summary>
internal sealed class ScanTemplate(
    string name, int count, bool prefill, OperatorKind kind, ScanCost cost)
    : OperatorTemplate(name, count, prefill ? ShapeBasis.Prefill : ShapeBasis.Decode)
{
    /// <inheritdoc/>
    public override long Parameters => cost.Parameters;

    /// <inheritdoc/>
    public override Bytes ResidentBytes => cost.Weights;

    /// <inheritdoc/>
    public override string Formula =>
        $"per {(prefill ? "prompt" : "decode")} token {cost.MatrixFlops} FLOP, "
        + $"{cost.VectorFlops} vector FLOP, {cost.Input} B read, {cost.Output} B written; "
        + $"per sequence {cost.State.Value} B of state read and written";

    /// <inheritdoc/>
    public override Operator At(in StepShape shape)
    {
        long tokens = prefill ? shape.PrefillTokens : shape.DecodeTokens;
        var sequences = prefill ? shape.PrefillSequences : shape.DecodeSequences;
        return new Operator
        {
            Name = Name,
            Kind = kind,
            Count = Count,
            M = tokens,
            Queries = tokens,
            Sequences = sequences,
            Heads = cost.Heads,
            ComputeFormat = cost.Compute,
            KvFormat = cost.Compute,
            MatrixFlops = new Flops(tokens * cost.MatrixFlops),
            VectorFlops = new Flops(tokens * cost.VectorFlops),
            WeightBytes = tokens > 0 ? cost.Read : default,
            InputBytes = new Bytes(tokens * cost.Input),
            OutputBytes = new Bytes(tokens * cost.Output),
            KvReadBytes = sequences * cost.State,
            KvWriteBytes = sequences * cost.State,
        };
    }
}

/// <summary>What a recurrence of one layer costs on one rank.</summary>
internal readonly record struct ScanCost
{
    public required NumberFormat Compute { get; init; }

    public int Heads { get; init; }

    public long MatrixFlops { get; init; }

    public long VectorFlops { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    public Bytes State { get; init; }

    public long Parameters { get; init; }

    /// <summary>Memory of the weights held.</summary>
    public Bytes Weights { get; init; }

    /// <summary>Weights read in a step.</summary>
    public Bytes Read { get; init; }
}
