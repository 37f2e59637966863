using AccelSim.Units;

namespace AccelSim.Workloads.Readers;

/// <summary>Turns a file's timestamps into arrivals counted from the first one.</summary>
internal struct ArrivalClock
{
    private Int128 _first;
    private Int128 _last;
    private bool _started;

    /// <summary>What is wrong with a timestamp.</summary>
    internal enum Verdict
    {
        /// <summary>Nothing.</summary>
        Fine,

        /// <summary>It is earlier than the one before.</summary>
        Backwards,

        /// <summary>It is further from the first than the simulated clock reaches.</summary>
        TooFar,
    }

    /// <summary>Takes the next timestamp.</summary>
    /// <param name="picoseconds">Since any fixed origin.</param>
    /// <param name="arrival">Since the first timestamp.</param>
    public Verdict Next(Int128 picoseconds, out SimTime arrival)
    {
        arrival = default;
        if (!_started)
        {
            _started = true;
            _first = _last = picoseconds;
            return Verdict.Fine;
        }
        if (picoseconds < _last)
            return Verdict.Backwards;
        _last = picoseconds;
        var since = picoseconds - _first;
        if (since > (Int128)WorkloadLimits.MaxSeconds * 1_000_000_000_000)
            return Verdict.TooFar;
        arrival = new((long)since);
        return Verdict.Fine;
    }
}
