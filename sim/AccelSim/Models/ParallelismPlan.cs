namespace AccelSim.Models;

/// <summary>How a model is split over accelerators.</summary>
/// <param name="TensorParallel">Ranks that split every layer (TP).</param>
/// <param name="PipelineParallel">Stages, each with a run of layers (PP).</param>
/// <param name="ExpertParallel">
/// Ranks that split the experts; 1 splits each expert by TP (EP).
/// </param>
/// <param name="DataParallel">Engines with their own requests that share the experts (DP).</param>
public sealed record ParallelismPlan(
    int TensorParallel = 1, int PipelineParallel = 1, int ExpertParallel = 1, int DataParallel = 1)
{
    /// <summary>
    /// Rows of the busiest expert rank over the mean of all ranks, from 1 (even) upwards.
    /// </summary>
    public double ExpertSkew { get; init; } = 1;

    /// <summary>
    /// Exponent of the power law by which tokens prefer experts of a layer; 0 where they choose
    /// evenly.
    /// </summary>
    public double RoutingSkew { get; init; }

    /// <summary>Accelerators of one replica.</summary>
    public int Accelerators => checked(TensorParallel * PipelineParallel * DataParallel);
}
