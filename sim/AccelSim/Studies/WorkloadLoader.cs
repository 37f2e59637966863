using AccelSim.Configuration;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Studies;

/// <summary>Gets the requests that a scenario names.</summary>
public static class WorkloadLoader
{
    /// <summary>Loads them.</summary>
    /// <param name="source">What the scenario names.</param>
    /// <param name="seed">Decides what is generated.</param>
    /// <param name="folder">What paths start from; null for the current folder.</param>
    /// <exception cref="ConfigException">
    /// Not exactly one source is named, or it is wrong.
    /// </exception>
    public static Workload Load(WorkloadSource source, long seed, string? folder)
    {
        var named = new[] { source.File, source.Shipped, source.Generate?.ToString() }
            .Count(name => name is not null);
        if (named != 1)
        {
            throw new ConfigException("", 0, "$.workload",
                $"names {named} sources; exactly one of file, shipped and generate is right.");
        }
        if (source.Format is not null && source.File is null)
        {
            throw new ConfigException("", 0, "$.workload.format",
                "says how to read a file, and none is named; leave it out.");
        }
        var workload = source.File is { } file
            ? WorkloadReader.Read(
                folder is null || Path.IsPathRooted(file) ? file : Path.Combine(folder, file),
                new WorkloadReadOptions
                {
                    Format = source.Format,
                    SkipFailed = source.SkipFailed,
                    MaxRequests = source.NumRequests,
                    Arrivals = source.Arrivals,
                    Seed = source.Arrivals is null ? null : seed,
                })
            : WorkloadGenerator.Generate(Spec(source) with { Seed = seed });
        if (source.RateScale is { } scale) workload = Scale(workload, scale);
        return source.MaxConcurrency is { } most
            ? workload with { MaxConcurrency = most }
            : workload;
    }

    private static WorkloadSpec Spec(WorkloadSource source)
    {
        var spec = source.Generate ?? WorkloadSpecFile.Named(source.Shipped!);
        if (source.Arrivals is { } arrivals) spec = spec with { Arrivals = arrivals };
        return source.NumRequests is { } count ? spec with { Requests = count } : spec;
    }

    private static Workload Scale(Workload workload, double scale)
    {
        var last = workload.Requests.Max(request => request.Arrival.Picoseconds) / scale;
        if (!(last < long.MaxValue / 2.0))
        {
            throw new ConfigException("", 0, "$.workload.rateScale",
                $"{JsonNames.Number(scale)} spreads the requests over more than the 106 days that "
                + "the clock counts; raise it.");
        }
        return workload with
        {
            Origin = $"{workload.Origin}, arrivals × {JsonNames.Number(scale)}",
            Requests =
            [
                .. workload.Requests.Select(request => request.After is null
                    ? request with
                    {
                        Arrival = new SimTime(
                            (long)Math.Round(request.Arrival.Picoseconds / scale)),
                    }
                    : request),
            ],
        };
    }
}
