using AccelSim.Units;

namespace AccelSim.Workloads;

/// <summary>Draws arrivals one after the other; the first comes at time zero.</summary>
internal sealed class ArrivalProcess(ArrivalSpec spec, long seed)
{
    private readonly SimRandom _random = new(seed, "arrivals");
    private SimTime _now;
    private long _drawn;

    /// <summary>The next arrival, never before the last.</summary>
    public SimTime Next()
    {
        if (_drawn++ > 0)
            _now = After(_now);
        return _now;
    }

    private SimTime After(SimTime last)
    {
        switch (spec.Kind)
        {
            case ArrivalKind.AllAtOnce or ArrivalKind.ClosedLoop:
                return last;
            case ArrivalKind.Diurnal:
                return AfterByThinning(last);
            case ArrivalKind.Fixed:
                // Counted from zero, so that rounding does not add up.
                return default(SimTime) + new Seconds((_drawn - 1) / spec.RequestsPerSecond!.Value);
            case ArrivalKind.Gamma:
                var shape = spec.Burstiness!.Value;
                return last + new Seconds(
                    _random.NextGamma(shape, 1 / (spec.RequestsPerSecond!.Value * shape)));
            default:
                return last + new Seconds(
                    _random.NextExponential(1 / spec.RequestsPerSecond!.Value));
        }
    }

    /// <summary>
    /// Lewis and Shedler 1979: draw at the peak rate, keep in proportion to the rate.
    /// </summary>
    private SimTime AfterByThinning(SimTime last)
    {
        var amplitude = spec.Amplitude!.Value;
        var peak = spec.RequestsPerSecond!.Value * (1 + amplitude);
        while (true)
        {
            last += new Seconds(_random.NextExponential(1 / peak));
            var swing = PortableMath.SinTurns(last.Seconds / spec.Period!.Value.Value);
            if (_random.NextDouble() * (1 + amplitude) < 1 + amplitude * swing)
                return last;
        }
    }
}
