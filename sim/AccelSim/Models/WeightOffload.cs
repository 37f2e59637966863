using AccelSim.Hardware;
using AccelSim.Units;

namespace AccelSim.Models;

/// <summary>Weights that live outside main memory and come in for each step.</summary>
/// <param name="PerRank">Their bytes on one rank of each stage.</param>
/// <param name="Place">Where they live.</param>
/// <param name="Sharers">Ranks that load over the same wire at the same time.</param>
/// <remarks>
/// Every layer leaves an equal share outside. While one runs the next one's share comes in
/// (FlexGen, Sheng et al. 2023, §4), from the last layer of a step to the first of the next, so
/// that a step takes the longer of the two. Two shares have room in main memory at a time. All
/// offloaded weights come in each step, those of experts without tokens too.
/// </remarks>
public sealed record WeightOffload(Bytes PerRank, AwayPlace Place, int Sharers = 1)
{
    /// <summary>Shares in main memory: the one in use, and the next.</summary>
    internal const int Buffers = 2;
}

/// <summary>One layer's share of weights on its way into main memory.</summary>
internal sealed class LoadTemplate(int layers, WeightOffload offload)
    : OperatorTemplate("weights.load", layers, ShapeBasis.Step)
{
    private readonly Bytes _bytes = new((offload.PerRank.Value + layers - 1) / layers);

    /// <summary>Weights of a stage on one rank that are in main memory.</summary>
    /// <exception cref="InfeasiblePlanException">More are offloaded than there are.</exception>
    public Bytes Left(Bytes all)
    {
        if (offload.PerRank > all)
        {
            throw new InfeasiblePlanException(
                $"--offload-weights {offload.PerRank} is more than the {all} of weights of a "
                + "rank; lower it.");
        }
        return all - offload.PerRank + Math.Min(WeightOffload.Buffers, Count) * _bytes;
    }

    /// <inheritdoc/>
    public override string Formula =>
        $"{offload.PerRank} of weights outside, in {Count} equal loads"
        + (offload.Sharers > 1 ? $", {offload.Sharers} ranks on one wire" : "");

    /// <inheritdoc/>
    public override Operator At(in StepShape shape) => new()
    {
        Name = Name,
        Kind = OperatorKind.WeightLoad,
        Count = Count,
        MessageBytes = _bytes,
        Away = offload.Place,
        Ranks = offload.Sharers,
    };
}
