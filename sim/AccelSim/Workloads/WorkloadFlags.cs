namespace AccelSim.Workloads;

/// <summary>A workload as a command line states it, with vLLM's meanings.</summary>
public sealed record WorkloadFlags
{
    /// <summary>--request-rate: per second; infinity sends everything at once.</summary>
    public double RequestRate { get; init; } = double.PositiveInfinity;

    /// <summary>--burstiness: shape of the gamma gaps; 1 is Poisson.</summary>
    public double Burstiness { get; init; } = 1;

    /// <summary>--max-concurrency.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>--num-requests.</summary>
    public int NumRequests { get; init; } = 1000;

    /// <summary>--isl: tokens of every prompt.</summary>
    public required int Isl { get; init; }

    /// <summary>--osl: tokens of every answer.</summary>
    public required int Osl { get; init; }

    /// <summary>--seed.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The arrivals of a rate and a burstiness.</summary>
    public static ArrivalSpec Arrivals(double requestRate, double burstiness) =>
        double.IsPositiveInfinity(requestRate)
            ? new() { Kind = ArrivalKind.AllAtOnce }
            : burstiness == 1
                ? new() { Kind = ArrivalKind.Poisson, RequestsPerSecond = requestRate }
                : new()
                {
                    Kind = ArrivalKind.Gamma,
                    RequestsPerSecond = requestRate,
                    Burstiness = burstiness,
                };

    /// <summary>The workload to generate; <see cref="WorkloadGenerator"/> checks it.</summary>
    public WorkloadSpec ToSpec() => new()
    {
        Seed = Seed,
        Requests = NumRequests,
        Arrivals = Arrivals(RequestRate, Burstiness),
        Input = LengthSpec.Constant(Isl),
        Output = LengthSpec.Constant(Osl),
        MaxConcurrency = MaxConcurrency,
    };
}
