using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Measuring;

/// <summary>What a back end measured of its device, without a model.</summary>
public record DeviceSurvey
{
    /// <summary>The device in a few words.</summary>
    public required string Device { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<SurveyRow> Rows { get; init; }

    /// <summary>How, in a sentence or a few.</summary>
    public required string Note { get; init; }
}

/// <summary>One figure of a survey.</summary>
/// <param name="What">Such as <c>reading 256 MiB</c>.</param>
/// <param name="Value">In that unit.</param>
/// <param name="Unit">Such as <c>GB/s</c>.</param>
public sealed record SurveyRow(string What, double Value, string Unit);

/// <summary>What the processor is measured for: all that its hardware file needs.</summary>
public sealed record CpuSurvey : DeviceSurvey
{
    /// <summary>What the operating system says.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>Threads that took part.</summary>
    public required int Threads { get; init; }

    /// <summary>Reads of memory, and multiply-adds in fp32.</summary>
    public required MachineLimits Limits { get; init; }

    /// <summary>int8 operations per second.</summary>
    public required double Integers { get; init; }

    /// <summary>Seconds to start work on all threads.</summary>
    public required double Launch { get; init; }

    /// <summary>Measures all; takes some seconds.</summary>
    public static CpuSurvey Measure(CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var machine = MachineFacts.Read();
        var limits = MachineLimits.Measure(pool);
        var integers = MachineLimits.Integers(pool);
        var launch = MachineLimits.Launch(pool);
        var reads = ReadSweep.Measure(pool, machine.Caches);
        return new CpuSurvey
        {
            Device = $"{machine.Name}, "
                + (pool.Workers == 1 ? "1 thread" : $"{pool.Workers} threads"),
            Machine = machine,
            Threads = pool.Workers,
            Limits = limits,
            Integers = integers,
            Launch = launch,
            Rows =
            [
                .. reads.Select(read => new SurveyRow(
                    FormattableString.Invariant($"reading {read.Bytes / 1048576.0:0.###} MiB"),
                    read.BytesPerSecond / 1e9, "GB/s")),
                new("multiply-adds", limits.FlopsPerSecond / 1e9, "GFLOP/s, fp32"),
                new("int8 multiply-adds", integers / 1e9, "GOP/s, W8A8's products"),
                new("starting work on all threads", launch * 1e6, "us"),
            ],
            Note = "Reading and multiply-adds: best of 40; starting: median of 2,000.",
        };
    }
}
