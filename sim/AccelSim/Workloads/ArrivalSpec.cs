using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>When requests come.</summary>
public enum ArrivalKind
{
    /// <summary>Independent exponential gaps.</summary>
    Poisson,

    /// <summary>
    /// Independent gamma gaps; <see cref="ArrivalSpec.Burstiness"/> is the shape.
    /// </summary>
    Gamma,

    /// <summary>Equal gaps.</summary>
    Fixed,

    /// <summary>Everything at time zero.</summary>
    AllAtOnce,

    /// <summary>N users, each of whom sends the next request when the last is answered.</summary>
    ClosedLoop,

    /// <summary>Poisson with a rate that swings as a sine.</summary>
    Diurnal,
}

/// <summary>The process by which requests (or sessions, where there are any) arrive.</summary>
public sealed record ArrivalSpec
{
    /// <summary>Which process.</summary>
    public required ArrivalKind Kind { get; init; }

    /// <summary>
    /// Mean arrivals per second; every kind but AllAtOnce and ClosedLoop needs it.
    /// </summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>
    /// Gamma's shape, as vLLM's <c>--burstiness</c>: 1 is Poisson, less is burstier, more is
    /// steadier. The gaps' coefficient of variation is 1/√burstiness.
    /// </summary>
    public double? Burstiness { get; init; }

    /// <summary>ClosedLoop's users: at most so many requests are in flight.</summary>
    public int? Users { get; init; }

    /// <summary>Diurnal's swing as a share of the mean rate, 0…1.</summary>
    public double? Amplitude { get; init; }

    /// <summary>Diurnal's period; the rate is at its mean and rising at time zero.</summary>
    public Seconds? Period { get; init; }
}
