using AccelSim.Hardware;

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

    /// <summary>
    /// The lower end of its band. On the roofline: if everything overlapped perfectly, the slowest
    /// resource. On other rungs: with 5 % probability it is less.
    /// </summary>
    public double LowerSeconds { get; set; }

    /// <summary>
    /// The upper end. On the roofline: if nothing overlapped, the sum over the resources. On other
    /// rungs: with 5 % probability it is more.
    /// </summary>
    public double UpperSeconds { get; set; }

    /// <summary>What ground it stands on.</summary>
    public PriceGround Ground { get; set; }

    /// <summary>
    /// What its figures rest on; null where the resources to blame say it.
    /// </summary>
    public Provenance? Tag { get; set; }

    /// <summary>What each resource would need alone, in seconds.</summary>
    public ResourceVector Busy;

    /// <summary>The part of <see cref="Seconds"/> that each resource is to blame for.</summary>
    public ResourceVector Share;

    /// <summary>Energy beyond idling that each resource takes, in joules.</summary>
    public ResourceVector Energy;
}
