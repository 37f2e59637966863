namespace AccelSim.Workloads;

/// <summary>How a file of requests is read.</summary>
public sealed record WorkloadReadOptions
{
    /// <summary>
    /// Nothing special: format by its header, every row, every row must be sound.
    /// </summary>
    public static WorkloadReadOptions Default { get; } = new();

    /// <summary>
    /// Name of the format (<see cref="WorkloadReader.Formats"/>); null: by header.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>Stop after this many requests; null reads all. A generator makes so many.</summary>
    public int? MaxRequests { get; init; }

    /// <summary>
    /// Leave out requests of failed calls, which BurstGPT records with zero tokens. They are
    /// counted in <see cref="Workload.Origin"/>. Otherwise such a row is an error.
    /// </summary>
    public bool SkipFailed { get; init; }

    /// <summary>Arrivals to draw in place of the file's; null keeps the file's.</summary>
    public ArrivalSpec? Arrivals { get; init; }

    /// <summary>
    /// The seed of <see cref="Arrivals"/>, or of a file that describes a generator; null is 42, or
    /// the seed in that file.
    /// </summary>
    public long? Seed { get; init; }
}
