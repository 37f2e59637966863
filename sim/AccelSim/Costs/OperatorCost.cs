namespace AccelSim.Costs;

/// <summary>What one instance of an operator costs on one rank.</summary>
/// <remarks>
/// A mutable struct that a cost model fills in place: the step loop prices operators millions of
/// times. Seconds and joules are plain doubles here for the same reason.
/// </remarks>
public struct OperatorCost
{
    /// <summary>The time the simulation uses, fixed costs included.</summary>
    public double Seconds { get; set; }

    /// <summary>If everything overlapped perfectly: the slowest resource.</summary>
    public double LowerSeconds { get; set; }

    /// <summary>If nothing overlapped: the sum over the resources.</summary>
    public double UpperSeconds { get; set; }

    /// <summary>What each resource would need alone, in seconds.</summary>
    public ResourceVector Busy;

    /// <summary>The part of <see cref="Seconds"/> that each resource is to blame for.</summary>
    public ResourceVector Share;

    /// <summary>Energy beyond idling that each resource takes, in joules.</summary>
    public ResourceVector Energy;
}
