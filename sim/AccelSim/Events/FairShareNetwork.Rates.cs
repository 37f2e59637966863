using System.Diagnostics;
using AccelSim.Units;

namespace AccelSim.Events;

public sealed partial class FairShareNetwork
{
    private readonly List<NetworkLink> _disturbed = [];
    private readonly List<NetworkLink> _joined = [];
    private int _mark;

    /// <summary>
    /// Something changed on a link: rates are settled once, after this moment's events.
    /// </summary>
    private void Disturb(NetworkLink link)
    {
        if (link.Disturbed) return;
        if (_disturbed.Count == 0) _loop.At(_loop.Now, this, Settle);
        link.Disturbed = true;
        _disturbed.Add(link);
    }

    /// <summary>
    /// New rates for all flows that share links, directly or not, with what changed.
    /// </summary>
    private void SettleRates()
    {
        CollectJoined();
        foreach (var link in _joined)
        {
            (link.Left, link.Unsettled) = (link.Capacity.Value, link.Flows.Count);
            foreach (var flow in link.Flows)
            {
                flow.Advance(_loop.Now);
                flow.Settled = false;
            }
        }
        while (Narrowest() is { } link) Fill(link);
    }

    private void CollectJoined()
    {
        _mark++;
        _joined.Clear();
        foreach (var link in _disturbed)
        {
            link.Disturbed = false;
            Collect(link);
        }
        _disturbed.Clear();
        for (var i = 0; i < _joined.Count; i++)
        {
            foreach (var flow in _joined[i].Flows)
            {
                if (flow.Mark == _mark) continue;
                flow.Mark = _mark;
                foreach (var link in flow.Path) Collect(link);
            }
        }
    }

    private void Collect(NetworkLink link)
    {
        if (link.Mark == _mark) return;
        link.Mark = _mark;
        _joined.Add(link);
    }

    /// <summary>
    /// The link that leaves each of its open flows the least; the first of equals.
    /// </summary>
    private NetworkLink? Narrowest()
    {
        NetworkLink? narrowest = null;
        var least = double.PositiveInfinity;
        foreach (var link in _joined)
        {
            if (link.Unsettled == 0) continue;
            var share = link.Left / link.Unsettled;
            if (share >= least) continue;
            (least, narrowest) = (share, link);
        }
        return narrowest;
    }

    /// <summary>Gives the open flows of the narrowest link their share, for good.</summary>
    private void Fill(NetworkLink narrowest)
    {
        var share = narrowest.Left / narrowest.Unsettled;
        if (!(share > 0)) throw new UnreachableException($"{narrowest} has nothing left to share.");
        foreach (var flow in narrowest.Flows)
        {
            if (flow.Settled) continue;
            flow.Settled = true;
            flow.SetRate(share, _loop.Now);
            foreach (var link in flow.Path)
            {
                link.Left -= share;
                link.Unsettled--;
                if (link.Left < -1e-9 * link.Capacity.Value)
                {
                    throw new UnreachableException($"{link} carries more than {link.Capacity}.");
                }
            }
        }
    }

    /// <summary>A transfer while it is in flight; its slot is used again afterwards.</summary>
    internal sealed class Flow(int slot)
    {
        public static readonly Comparison<Flow> InOrderOfSending =
            (left, right) => left.Transfer.Id.CompareTo(right.Transfer.Id);

        public int Slot { get; } = slot;

        public Transfer Transfer { get; private set; }

        public NetworkLink[] Path { get; private set; } = [];

        public IEventTarget? Target { get; private set; }

        public int Code { get; private set; }

        /// <summary>Bytes that had not flowed at <see cref="Since"/>.</summary>
        public double Remaining { get; private set; }

        public double PeakRate { get; private set; }

        public int Changes { get; private set; }

        public SimTime Since { get; set; }

        /// <summary>When the last byte arrives if nothing changes.</summary>
        public SimTime End { get; private set; }

        public int Mark { get; set; }

        public bool Settled { get; set; }

        private double Rate { get; set; }

        public void Begin(Transfer transfer, NetworkLink[] path, IEventTarget target, int code)
        {
            (Transfer, Path, Target, Code) = (transfer, path, target, code);
            (Remaining, End) = (transfer.Size.Value, SimTime.Never);
            (Rate, PeakRate, Changes) = (0, 0, 0);
        }

        public void Clear() => (Transfer, Path, Target) = (default, [], null);

        public void Advance(SimTime now)
        {
            if (now == Since) return;
            var moved = Rate * (now - Since).Value;
            Since = now;
            Remaining -= moved;
            foreach (var link in Path) link.Carried += moved;
        }

        public void SetRate(double rate, SimTime now)
        {
            if (rate == Rate) return;
            (Rate, PeakRate, Changes) = (rate, Math.Max(PeakRate, rate), Changes + 1);
            End = now + new Seconds(Math.Max(0, Remaining) / rate);
        }
    }
}
