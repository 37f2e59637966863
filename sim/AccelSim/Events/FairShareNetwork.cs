using System.Diagnostics;
using System.Globalization;
using AccelSim.Units;

namespace AccelSim.Events;

/// <summary>Links that transfers share fairly, as a fluid.</summary>
/// <remarks>
/// After its latency a transfer flows over all links of its path at one rate. Rates are max–min
/// fair (Bertsekas and Gallager, Data Networks, 1992, §6.5.2): no rate can grow without taking from
/// one that is as small. They change only when a transfer starts or ends, and only among transfers
/// that are joined by shared links. Nothing happens, and nothing is allocated, while nothing
/// changes.
/// </remarks>
public sealed partial class FairShareNetwork : IEventTarget
{
    private const int Wake = -1;
    private const int Settle = -2;

    private readonly EventLoop _loop;
    private readonly ITransferListener? _listener;
    private readonly List<NetworkLink> _links = [];
    private readonly List<Flow> _flows = [];
    private readonly Stack<int> _free = [];
    private readonly List<Flow> _flowing = [];
    private readonly List<Flow> _finished = [];
    private long _nextId;
    private long _sent;
    private long _delivered;
    private SimTime _wakeAt = SimTime.Never;

    /// <summary>A network without links.</summary>
    /// <param name="loop">Its clock.</param>
    /// <param name="listener">Hears of every transfer.</param>
    public FairShareNetwork(EventLoop loop, ITransferListener? listener = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        (_loop, _listener) = (loop, listener);
    }

    /// <summary>All links, in the order of adding.</summary>
    public IReadOnlyList<NetworkLink> Links => _links;

    /// <summary>Transfers that were sent and have not arrived.</summary>
    public int InFlight => _flows.Count - _free.Count;

    /// <summary>Bytes of all transfers sent.</summary>
    public Bytes Sent => new(_sent);

    /// <summary>Bytes of all transfers that have arrived.</summary>
    public Bytes Delivered => new(_delivered);

    /// <summary>Adds a link.</summary>
    /// <param name="name">What traces and messages call it.</param>
    /// <param name="capacity">Positive and finite.</param>
    public NetworkLink AddLink(string name, BytesPerSecond capacity)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!(capacity.Value > 0) || !double.IsFinite(capacity.Value))
        {
            throw new ArgumentException($"Link {name} has a capacity of {capacity}.");
        }
        var link = new NetworkLink(_links.Count, name, capacity);
        _links.Add(link);
        return link;
    }

    /// <summary>Sends bytes; the target is told the code when the last one has arrived.</summary>
    /// <param name="path">
    /// Links of this network; kept until arrival, and not to be changed. Empty: latency alone.
    /// </param>
    /// <param name="size">Zero or more.</param>
    /// <param name="latency">From now until bytes begin to flow.</param>
    /// <param name="target">Whom the arrival happens to.</param>
    /// <param name="code">What it is told.</param>
    /// <returns>The transfer's number, from 0 in order of sending.</returns>
    public long Send(
        NetworkLink[] path, Bytes size, Seconds latency, IEventTarget target, int code)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(target);
        if (size.Value < 0) throw new ArgumentException($"A transfer of {size}.");
        foreach (var link in path)
        {
            if (link.Index >= _links.Count || _links[link.Index] != link)
            {
                throw new ArgumentException($"Link {link} is not of this network.");
            }
        }
        var start = _loop.Now + latency;
        if (!_free.TryPop(out var slot))
        {
            slot = _flows.Count;
            _flows.Add(new Flow(slot));
        }
        var flow = _flows[slot];
        flow.Begin(new Transfer(_nextId++, path, size), path, target, code);
        _sent = checked(_sent + size.Value);
        _loop.At(start, this, slot);
        _listener?.Started(flow.Transfer, _loop.Now);
        return flow.Transfer.Id;
    }

    /// <summary>Checks that all that was sent has arrived, over every link.</summary>
    /// <exception cref="UnreachableException">Bytes are missing, or too many.</exception>
    public void CheckConservation()
    {
        if (InFlight == 0 && _sent != _delivered)
        {
            throw new UnreachableException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_sent} B were sent over the network and {_delivered} B have arrived."));
        }
        foreach (var link in _links)
        {
            var gap = Math.Abs(link.Carried - link.Delivered.Value);
            if (link.Flows.Count > 0 || gap <= 1e-6 * link.Delivered.Value + 1) continue;
            throw new UnreachableException(string.Create(
                CultureInfo.InvariantCulture,
                $"{link} carried {link.Carried:0} B of transfers of {link.Delivered.Value} B."));
        }
    }

    /// <inheritdoc/>
    void IEventTarget.Fire(int code)
    {
        switch (code)
        {
            case Wake:
                if (_wakeAt == _loop.Now) _wakeAt = SimTime.Never;
                Finish();
                ScheduleWake();
                break;
            case Settle:
                SettleRates();
                ScheduleWake();
                break;
            default:
                Join(_flows[code]);
                break;
        }
    }

    /// <summary>Names it in reports.</summary>
    public override string ToString() => "network";

    /// <summary>The latency is over.</summary>
    private void Join(Flow flow)
    {
        if (flow.Path.Length == 0 || flow.Remaining == 0)
        {
            foreach (var link in flow.Path) link.Delivered += flow.Transfer.Size;
            Arrive(flow);
            return;
        }
        flow.Since = _loop.Now;
        _flowing.Add(flow);
        foreach (var link in flow.Path)
        {
            link.Flows.Add(flow);
            Disturb(link);
        }
    }

    /// <summary>Ends all flows whose time has come, in order of sending.</summary>
    private void Finish()
    {
        var now = _loop.Now;
        _finished.Clear();
        var kept = 0;
        for (var i = 0; i < _flowing.Count; i++)
        {
            var flow = _flowing[i];
            if (flow.End <= now) _finished.Add(flow);
            else _flowing[kept++] = flow;
        }
        if (_finished.Count == 0) return;
        _flowing.RemoveRange(kept, _flowing.Count - kept);
        // Ids differ, so that the unstable sort is a total order.
        if (_finished.Count > 1) _finished.Sort(Flow.InOrderOfSending);
        foreach (var flow in _finished)
        {
            flow.Advance(now);
            CheckEmpty(flow);
            foreach (var link in flow.Path)
            {
                link.Flows.Remove(flow);
                link.Delivered += flow.Transfer.Size;
                Disturb(link);
            }
        }
        foreach (var flow in _finished) Arrive(flow);
    }

    private void Arrive(Flow flow)
    {
        var (transfer, target, code) = (flow.Transfer, flow.Target!, flow.Code);
        _delivered = checked(_delivered + transfer.Size.Value);
        flow.Clear();
        _free.Push(flow.Slot);
        _listener?.Finished(transfer, _loop.Now);
        target.Fire(code);
    }

    private static void CheckEmpty(Flow flow)
    {
        // Half a picosecond of rounding for the end, as much for each change of rate, and the last
        // bits of the sums.
        var allowed = 1e-12 * flow.PeakRate * (1 + flow.Changes)
            + 1e-9 * flow.Transfer.Size.Value;
        if (Math.Abs(flow.Remaining) <= allowed) return;
        throw new UnreachableException(string.Create(
            CultureInfo.InvariantCulture,
            $"Transfer {flow.Transfer.Id} of {flow.Transfer.Size.Value} B ended with "
            + $"{flow.Remaining:0.###} B left."));
    }

    private void ScheduleWake()
    {
        var next = SimTime.Never;
        foreach (var flow in _flowing)
        {
            if (flow.End < next) next = flow.End;
        }
        // A wake that is pending at or before then looks again.
        if (next == SimTime.Never || _wakeAt <= next) return;
        _wakeAt = next;
        _loop.At(next, this, Wake);
    }
}
