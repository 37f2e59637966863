namespace AccelSim.Traces;

/// <summary>First tokens, gaps and ends of the requests of a trace.</summary>
public sealed class TraceRequests
{
    private readonly Dictionary<int, One> _requests = [];
    private double _last;
    private long _tokens;

    /// <summary>A request came.</summary>
    /// <param name="arrival">Its number and time.</param>
    public void Add(TraceArrival arrival) =>
        _requests[arrival.Request] = new One { Arrival = arrival.Time * 1e-9 };

    /// <summary>A step was done.</summary>
    /// <param name="step">Its batch.</param>
    /// <param name="end">When, in seconds.</param>
    public void Add(TraceStep step, double end)
    {
        ArgumentNullException.ThrowIfNull(step);
        foreach (var chunk in step.Prefill.Concat(step.Decode))
        {
            if (!chunk.Samples || !_requests.TryGetValue(chunk.Request, out var one)) continue;
            if (one.Tokens == 0) one.First = end;
            one.Tokens += chunk.Gained;
            one.Last = end;
            _tokens += chunk.Gained;
        }
        _last = Math.Max(_last, end);
    }

    /// <summary>Mean TTFT over requests with a first token, in seconds; null without one.</summary>
    public double? Ttft => Mean(one => one.Tokens > 0 ? one.First - one.Arrival : null);

    /// <summary>Mean TPOT over requests of two tokens and more, in seconds.</summary>
    public double? Tpot => Mean(one =>
        one.Tokens > 1 ? (one.Last - one.First) / (one.Tokens - 1) : null);

    /// <summary>Generated tokens a second, from the first arrival to the last step.</summary>
    public double? TokensPerSecond => _requests.Count == 0 || _tokens == 0
        ? null
        : _tokens / (_last - _requests.Values.Min(one => one.Arrival));

    private double? Mean(Func<One, double?> value)
    {
        double[] values = [.. _requests.Values.Select(value).OfType<double>()];
        return values.Length == 0 ? null : values.Average();
    }

    private sealed class One
    {
        public double Arrival { get; init; }

        public double First { get; set; }

        public double Last { get; set; }

        public int Tokens { get; set; }
    }
}
