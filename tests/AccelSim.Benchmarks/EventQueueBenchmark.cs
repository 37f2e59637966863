using AccelSim.Events;
using AccelSim.Units;

namespace AccelSim.Benchmarks;

/// <summary>
/// The hold model (Jones, CACM 1986): each event schedules one other, after an exponential delay.
/// </summary>
public sealed class EventQueueBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "event-queue";

    /// <inheritdoc/>
    public void Run(IReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (var pending in new[] { 1, 10, 100, 10_000, 1_000_000 })
        {
            var hold = new Hold(pending, Hold.Exponential());
            report.Measure(
                $"{pending:N0} pending, exponential", "events", () => hold.Run(10_000_000));
        }
        var equal = new Hold(10_000, [1000]);
        report.Measure("10,000 pending, equal periods", "events", () => equal.Run(10_000_000));
        var outliers = new Hold(10_000, [1, 10, 100, 1000, 10_000_000_000_000]);
        report.Measure("10,000 pending, far outliers", "events", () => outliers.Run(10_000_000));
    }

    private sealed class Hold : IEventTarget
    {
        private readonly EventLoop _loop = new();
        private readonly long[] _delays;
        private int _next;

        public Hold(int pending, long[] delays)
        {
            _delays = delays;
            for (var i = 0; i < pending; i++) Fire(0);
        }

        /// <summary>Drawn beforehand, so that the logarithm is not what is measured.</summary>
        public static long[] Exponential()
        {
            var random = new Random(1);
            var delays = new long[1 << 16];
            for (var i = 0; i < delays.Length; i++)
            {
                delays[i] = (long)(-1e9 * Math.Log(1 - random.NextDouble()));
            }
            return delays;
        }

        public void Fire(int code)
        {
            var delays = _delays;
            var next = _next;
            _next = next + 1 == delays.Length ? 0 : next + 1;
            _loop.At(new SimTime(_loop.Now.Picoseconds + delays[next]), this, 0);
        }

        public long Run(int events)
        {
            for (var i = 0; i < events; i++) _loop.Step();
            return events;
        }
    }
}
