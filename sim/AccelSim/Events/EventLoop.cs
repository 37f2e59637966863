using System.Globalization;
using AccelSim.Units;

namespace AccelSim.Events;

/// <summary>The simulated clock and what will happen: fires events in a total order.</summary>
/// <remarks>
/// The order is (time, lane, order of scheduling): serial and the same on every run. The first lane
/// is <see cref="AtFirst"/>'s, the second everybody else's. No memory is allocated per event,
/// except by the overload that takes an <see cref="Action"/>.
/// </remarks>
public sealed class EventLoop
{
    /// <summary>Of how many events before the limit the targets are named in the report.</summary>
    private const int Witnessed = 1000;

    private const long SecondLane = 1L << 62;

    private readonly EventQueue _queue = new();
    private readonly List<IEventTarget> _witnesses = [];
    private readonly long _limit;
    private long _now;
    private long _sequence;
    private long _fired;
    private long _firstOfNow;

    /// <summary>A clock at zero with nothing to do.</summary>
    /// <param name="sameTimeLimit">
    /// Events at one and the same time after which the loop says that nothing moves on.
    /// </param>
    public EventLoop(long sameTimeLimit = 10_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sameTimeLimit, 1);
        _limit = sameTimeLimit;
    }

    /// <summary>The time of the event that is firing, or fired last.</summary>
    public SimTime Now => new(_now);

    /// <summary>Events fired so far.</summary>
    public long EventsFired => _fired;

    /// <summary>
    /// The time of the next event; <see cref="SimTime.Never"/> when none is left.
    /// </summary>
    public SimTime NextTime => new(_queue.NextTime());

    /// <summary>Schedules an event after all that are scheduled for the same time.</summary>
    /// <exception cref="ArgumentException">The time has passed, or is never.</exception>
    public void At(SimTime time, IEventTarget target, int code) =>
        Schedule(time.Picoseconds, SecondLane, target, code);

    /// <summary>
    /// Schedules an event before every <see cref="At"/> event of the same time that has not fired
    /// yet; among themselves they keep the order of scheduling.
    /// </summary>
    /// <exception cref="ArgumentException">The time has passed, or is never.</exception>
    public void AtFirst(SimTime time, IEventTarget target, int code) =>
        Schedule(time.Picoseconds, 0, target, code);

    /// <summary>Schedules an event a delay from now, rounded to the nearest picosecond.</summary>
    /// <exception cref="ArgumentException">The delay is negative.</exception>
    /// <exception cref="OverflowException">
    /// The delay is not a number or ends past 106 days.
    /// </exception>
    public void After(Seconds delay, IEventTarget target, int code) =>
        At(Now + delay, target, code);

    /// <summary>Schedules a call a delay from now. Allocates: not for hot paths.</summary>
    /// <exception cref="ArgumentException">The delay is negative.</exception>
    /// <exception cref="OverflowException">
    /// The delay is not a number or ends past 106 days.
    /// </exception>
    public void After(Seconds delay, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        At(Now + delay, new Call(action), 0);
    }

    /// <summary>Fires one event; false when none is left.</summary>
    /// <exception cref="NoProgressException">Too many events at one and the same time.</exception>
    public bool Step()
    {
        if (!_queue.TryPop(out var time, out var target, out var code)) return false;
        if (time != _now)
        {
            _now = time;
            _firstOfNow = _fired;
            if (_witnesses.Count > 0) _witnesses.Clear();
        }
        else if (_fired - _firstOfNow >= _limit - Witnessed)
        {
            Witness(target!);
        }
        _fired++;
        target!.Fire(code);
        return true;
    }

    /// <summary>Fires events until none is left.</summary>
    /// <exception cref="NoProgressException">Too many events at one and the same time.</exception>
    public void Run()
    {
        while (Step())
        {
        }
    }

    private void Schedule(long time, long lane, IEventTarget target, int code)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (time < _now) throw Passed(time);
        if (time == long.MaxValue) throw new ArgumentException("An event cannot be at never.");
        _queue.Push(time, lane | _sequence++, target, code);
    }

    private ArgumentException Passed(long time) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"An event at {time} ps cannot be scheduled: it is already {_now} ps."));

    private void Witness(IEventTarget target)
    {
        _witnesses.Add(target);
        if (_fired - _firstOfNow < _limit) return;
        var names = _witnesses.Select(w => w.ToString() ?? w.GetType().Name)
            .GroupBy(name => name, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(10)
            .Select(group => $"{group.Key} ({group.Count()}×)");
        throw new NoProgressException(string.Create(
            CultureInfo.InvariantCulture,
            $"{_limit} events fired at {_now} ps and time does not move on; "
            + $"the last {_witnesses.Count} went to: {string.Join(", ", names)}."));
    }

    private sealed class Call(Action action) : IEventTarget
    {
        public void Fire(int code) => action();

        public override string ToString() =>
            $"{action.Method.DeclaringType?.Name}.{action.Method.Name}";
    }
}
