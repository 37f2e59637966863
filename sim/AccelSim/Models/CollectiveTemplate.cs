using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>A message between ranks, proportional to rows.</summary>
internal sealed class CollectiveTemplate(
    string name, int count, OperatorKind kind, Rows rows, long bytesPerRow,
    int ranks, CommunicationGroup group)
    : OperatorTemplate(name, count, rows.Basis)
{
    /// <inheritdoc/>
    public override string Formula =>
        $"message M·{bytesPerRow} B with M = {rows}, among {ranks} ranks";

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
            MessageBytes = new Bytes(m * bytesPerRow),
            Ranks = ranks,
            Group = group,
        };
    }
}
