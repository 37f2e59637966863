using AccelSim.Costs;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>
/// Data-parallel ranks that share experts: all take a step together, or none does.
/// </summary>
/// <remarks>
/// Each rank has its own requests, scheduler and KV cache; tokens meet at the experts, so the
/// slowest rank sets the pace and a rank without work takes part with an empty step (vLLM's dummy
/// batch). Nobody can wait for a rank that has drained: rounds go on while any rank has work.
/// </remarks>
internal sealed class LockstepReplica : Replica
{
    private readonly StepPricer _pricer;
    private readonly Scheduler[] _ranks;
    private readonly StepPlan[] _plans;
    private readonly StepCost[] _costs;
    private readonly SharedLinks _links;
    private SimTime _start;
    private SimTime _communicating;
    private double _linkSeconds;
    private StepKind _kind;
    private bool _busy;

    public LockstepReplica(
        int index, Deployment deployment, SharedLinks links, IReplicaHost host)
        : base(index, deployment, host)
    {
        _links = links;
        var ranks = deployment.Graph.Plan.DataParallel;
        _pricer = deployment.Stages[0];
        _ranks = [.. Enumerable.Range(0, ranks).Select(_ => deployment.NewScheduler())];
        _plans = [.. Enumerable.Range(0, ranks).Select(_ => new StepPlan())];
        _costs = new StepCost[ranks];
    }

    public override long Preemptions => _ranks.Sum(rank => rank.Preemptions);

    public override long SwappedBlocks => _ranks.Sum(rank => rank.SwappedBlocks);

    public override long KvUsed => _ranks.Sum(rank => rank.UsedBlocks);

    public override long KvTotal => _ranks.Sum(rank => rank.TotalBlocks);

    public override string? WaitsFor =>
        _busy ? "the slowest data-parallel rank"
        : _ranks.Any(rank => rank.WaitingCount > 0) ? $"KV blocks of replica {Index}"
        : null;

    public override void Submit(Sequence sequence)
    {
        CountWaiting();
        LeastLoaded.Add(sequence);
        if (!_busy) StartRound();
    }

    /// <summary>Of the rank that would get the request now.</summary>
    public override int CachedTokens(Sequence sequence) => LeastLoaded.CachedTokens(sequence);

    private Scheduler LeastLoaded =>
        _ranks.MinBy(rank => rank.WaitingCount + rank.RunningCount)!;

    public override string? ReasonToReject(Request request) => _ranks[0].ReasonToReject(request);

    /// <summary>Code: 0 the ranks have computed, 1 they have communicated as well.</summary>
    public override void Fire(int code)
    {
        var now = Host.Loop.Now;
        if (code == 0 && _linkSeconds > 0)
        {
            _communicating = now;
            _links.Communicate(this, new Seconds(_linkSeconds), 1);
            return;
        }
        if (code == 1)
        {
            // Others on the medium made it slower than it would have been alone.
            var held = (now - _communicating).Value - _linkSeconds;
            Ledgers[0].AddTransfer(_kind, Tagged(Deployment.SharedMedium), held);
        }
        CountWaiting();
        KvPeak = Math.Max(KvPeak, KvUsed);
        for (var i = 0; i < _ranks.Length; i++)
        {
            // A rank without work takes part all the same, and draws power.
            if (Host.Listener is { } listener) Tell(listener, i, now);
            if (_plans[i].IsEmpty) continue;
            Finish(_ranks[i].Complete(0, _plans[i], now, Gaps));
        }
        StartRound();
    }

    private void CountWaiting()
    {
        var time = SinceLastCount();
        for (var i = 0; i < _ranks.Length; i++)
            AddWaiting(_plans[i].WaitReason, _ranks[i].WaitingCount, time);
    }

    private void StartRound()
    {
        _start = Host.Loop.Now;
        var tokens = 0;
        for (var i = 0; i < _ranks.Length; i++)
        {
            _ranks[i].Schedule(0, _start, _plans[i]);
            tokens += _plans[i].Shape.Tokens;
        }
        _busy = tokens > 0;
        if (!_busy) return;
        double longest = 0;
        var slowest = 0;
        for (var i = 0; i < _ranks.Length; i++)
        {
            _pricer.Price(_plans[i].Shape with { ExpertTokens = tokens }, out _costs[i]);
            if (_costs[i].Seconds <= longest) continue;
            longest = _costs[i].Seconds;
            slowest = i;
        }
        var moved = _plans.Max(Moved);
        var swap = Deployment.SwapTime(moved);
        _kind = KindOf(_plans[slowest].Shape);
        _linkSeconds = _links.IsShared(Index) ? _costs[slowest].LinkSeconds : 0;
        longest += swap.Value - _linkSeconds;
        Account(slowest);
        AccountSwap(Ledgers[0], _kind, _plans.Average(Moved), swap);
        Host.Loop.After(new Seconds(longest), this, 0);
    }

    /// <summary>The round is blamed on its slowest rank; energy is everybody's.</summary>
    private void Account(int slowest)
    {
        var round = _costs[slowest];
        round.Energy = default;
        foreach (var cost in _costs) round.Energy.Add(cost.Energy, 1.0 / _costs.Length);
        Ledgers[0].Add(_kind, 1, round, []);
    }

    private static long Moved(StepPlan plan) => plan.BlocksSwappedOut + plan.BlocksSwappedIn;

    private void Tell(IRunListener listener, int rank, SimTime now)
    {
        var joules = _costs[rank].Energy.Sum() + SwapJoules(Moved(_plans[rank]))
            + Deployment.Device.Idle.Value.Value * (now - _start).Value;
        listener.StepsDone(new StepFact(
            Index, rank, _start, now, 1, _plans[rank].Shape,
            joules * Deployment.Graph.Plan.TensorParallel, _ranks[rank].UsedBlocks,
            _ranks[rank].TotalBlocks, _ranks[rank].WaitingCount,
            new Seconds(_links.IsShared(Index) ? 0 : _costs[rank].LinkSeconds)));
    }
}
