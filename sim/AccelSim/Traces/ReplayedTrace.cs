namespace AccelSim.Traces;

/// <summary>A replayed run as a trace of its own.</summary>
public static class ReplayedTrace
{
    private const double Nanoseconds = 1e9;

    /// <summary>Creates the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="trace">What was captured.</param>
    /// <param name="replay">What it is replayed on.</param>
    public static TraceWriter Create(string path, TraceReader trace, TraceReplay replay)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(replay);
        var device = new TraceDevice
        {
            Name = replay.Deployment.Device.Spec.Name,
            Backend = TraceDevice.Simulated,
        };
        return new TraceWriter(path, trace.Header with { Device = device }, trace.Config);
    }

    /// <summary>A step as it would have run: the host first, operators one after another.</summary>
    public static TraceStep Of(ReplayedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var at = step.Start + step.Host;
        var operators = new TraceOperator[step.Seconds.Count];
        for (var i = 0; i < operators.Length; i++)
        {
            var next = at + step.Seconds[i];
            operators[i] = step.Measured.Operators[i] with
            {
                Start = Time(at), End = Time(next), Queue = 0,
            };
            at = next;
        }
        return step.Measured with
        {
            Start = Time(step.Start),
            End = Math.Max(Time(step.End), Time(at)),
            Idle = 0,
            Operators = operators,
        };
    }

    private static long Time(double seconds) => (long)Math.Round(seconds * Nanoseconds);
}
