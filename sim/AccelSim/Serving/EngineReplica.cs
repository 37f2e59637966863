using AccelSim.Costs;
using AccelSim.Events;
using AccelSim.Models;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>
/// A replica without a pipeline: one step at a time, or a stretch of equal steps.
/// </summary>
/// <remarks>
/// A decode-only step is followed by others like it until somebody finishes, comes, or has to make
/// room. Their ends are computed ahead and stand in one event; a newcomer cuts the stretch at the
/// end of the step it came in. The result is the same as with an event per step (tested).
/// </remarks>
internal sealed class EngineReplica : Replica
{
    private const int ShortestReach = 8;
    private const int LongestReach = 256;

    private readonly StepPricer _pricer;
    private readonly StepPricer? _burstPricer;
    private readonly HeatAccount? _heat;
    private readonly Scheduler _scheduler;
    private readonly SharedLinks _links;
    private readonly StepPlan _plan = new();
    private readonly StepShape[] _shapes = new StepShape[LongestReach];
    private readonly SimTime[] _ends = new SimTime[LongestReach];
    private readonly StepCost[] _attention = new StepCost[LongestReach];
    private readonly double[] _stored = new double[LongestReach];
    private readonly double[] _slowed = new double[LongestReach];
    private double _storedNow;
    private SimTime _lastEnd;
    private StepCost _fixed;
    private SimTime _start;
    private SimTime _communicating;
    private int _steps;
    private int _skipped;
    private int _reach = ShortestReach;
    private int _generation;
    private State _state = State.Idle;

    public EngineReplica(int index, Deployment deployment, SharedLinks links, IReplicaHost host)
        : base(index, deployment, host)
    {
        _links = links;
        _pricer = deployment.Stages[0];
        _scheduler = deployment.NewScheduler();
        if (deployment.BurstStages.Count == 0) return;
        _burstPricer = deployment.BurstStages[0];
        _heat = HeatAccount.Of(deployment.Device);
    }

    private enum State
    {
        Idle,
        MovingBlocks,
        Computing,
        Communicating,
    }

    public override long Preemptions => _scheduler.Preemptions;

    public override long SwappedBlocks => _scheduler.SwappedBlocks;

    public override long KvUsed => _scheduler.UsedBlocks;

    public override long KvTotal => _scheduler.TotalBlocks;

    public override string? WaitsFor => _state switch
    {
        State.Idle when _scheduler.WaitingCount > 0 => $"KV blocks of replica {Index}",
        State.Idle => null,
        State.Computing => "the end of its step",
        _ => "a transfer over a shared link",
    };

    public override void Submit(Sequence sequence)
    {
        CountWaiting();
        var changesNothing = _scheduler.QueueIsBlocked;
        _scheduler.Add(sequence);
        if (_state == State.Idle) StartStep();
        else if (_state == State.Computing && _steps > 1 && !changesNothing) Cut();
    }

    public override int CachedTokens(Sequence sequence)
    {
        if (_state == State.Computing && _steps > 1)
        {
            // Steps that are over by now may have taken blocks that it would find.
            var over = _ends.AsSpan(0, _steps - 1).BinarySearch(Host.Loop.Now);
            SkipTo(over < 0 ? ~over : over);
        }
        return _scheduler.CachedTokens(sequence);
    }

    public override string? ReasonToReject(Request request) =>
        _scheduler.ReasonToReject(request);

    public override void Fire(int code)
    {
        if (code != _generation) return;
        switch (_state)
        {
            case State.MovingBlocks:
                AccountSwap(
                    Ledgers[0], KindOf(_plan.Shape), MovedBlocks, Host.Loop.Now - _start);
                Compute();
                break;
            case State.Computing when SharesItsWires && LinkSeconds > 0:
                Communicate();
                break;
            case State.Communicating:
                // Others on the medium made it slower than it would have been alone.
                var held = (Host.Loop.Now - _communicating).Value - LinkSeconds;
                Ledgers[0].AddTransfer(KindOf(_plan.Shape), Tagged(Deployment.SharedMedium), held);
                EndSteps();
                break;
            default:
                EndSteps();
                break;
        }
    }

    /// <summary>Whether its collectives meet those of others; one accelerator has none.</summary>
    private bool SharesItsWires => Deployment.Accelerators > 1 && _links.IsShared(Index);

    private long MovedBlocks => _plan.BlocksSwappedOut + _plan.BlocksSwappedIn;

    private double LinkSeconds => _fixed.LinkSeconds + _attention[0].LinkSeconds;

    private void StartStep()
    {
        _start = Host.Loop.Now;
        _scheduler.Schedule(0, _start, _plan);
        if (_plan.IsEmpty)
        {
            _state = State.Idle;
            return;
        }
        if (MovedBlocks == 0)
        {
            Compute();
            return;
        }
        _state = State.MovingBlocks;
        _links.MoveAway(this, MovedBlocks * Deployment.BlockBytes, "KV swap", ++_generation);
    }

    private void Compute()
    {
        _state = State.Computing;
        _skipped = 0;
        _pricer.Fixed(_plan.Shape, out _fixed);
        StepCost burst = default;
        _burstPricer?.Fixed(_plan.Shape, out burst);
        var stored = _heat?.AfterIdling(_storedNow, Host.Loop.Now - _lastEnd) ?? 0;
        var shared = SharesItsWires;
        var most = Host.Leaps && !shared ? _reach : 1;
        most = _scheduler.Leap(0, _plan, _shapes.AsSpan(0, most));
        var end = Host.Loop.Now;
        for (_steps = 0; _steps < most; _steps++)
        {
            _pricer.Attention(_shapes[_steps], _fixed.Seconds, out _attention[_steps]);
            stored = Heat(_steps, stored, burst);
            var seconds = _fixed.Seconds + _attention[_steps].Seconds;
            if (shared) seconds -= LinkSeconds;
            end += new Seconds(seconds);
            _ends[_steps] = end;
        }
        Host.Loop.At(end, this, ++_generation);
    }

    /// <summary>Lets a step run at burst power for as long as heat allows.</summary>
    /// <param name="step">Its number in the stretch.</param>
    /// <param name="stored">Heat before it, in joules.</param>
    /// <param name="burstFixed">What does not depend on contexts, at burst power.</param>
    /// <returns>Heat after it.</returns>
    private double Heat(int step, double stored, in StepCost burstFixed)
    {
        if (_heat is null) return 0;
        var burst = burstFixed;
        _burstPricer!.Attention(_shapes[step], burstFixed.Seconds, out var attention);
        burst.Add(attention);
        var sustained = _fixed;
        sustained.Add(_attention[step]);
        _stored[step] = _heat.AfterStep(stored, burst, sustained, out var cost);
        _slowed[step] = cost.Seconds - burst.Seconds;
        cost.Add(_fixed, -1);
        _attention[step] = cost;
        return _stored[step];
    }

    /// <summary>The steps that were taken have left their heat.</summary>
    private void KeepHeat()
    {
        if (_heat is null) return;
        _storedNow = _stored[_steps - 1];
        _lastEnd = _ends[_steps - 1];
        for (var i = 0; i < _steps; i++) SlowedByHeat += new Seconds(_slowed[i]);
    }

    private void Communicate()
    {
        _state = State.Communicating;
        _communicating = Host.Loop.Now;
        _links.Communicate(this, new Seconds(LinkSeconds), ++_generation);
    }

    /// <summary>A newcomer ends the stretch with the step it came in.</summary>
    private void Cut()
    {
        var last = _ends.AsSpan(0, _steps).BinarySearch(Host.Loop.Now);
        if (last < 0) last = ~last;
        if (last >= _steps - 1) return;
        _steps = last + 1;
        _reach = Math.Clamp(2 * _steps, ShortestReach, LongestReach);
        Host.Loop.At(_ends[last], this, ++_generation);
    }

    /// <summary>Tells the scheduler of steps of the stretch that it has not heard of.</summary>
    private void SkipTo(int steps)
    {
        if (steps <= _skipped) return;
        _scheduler.Skip(0, _ends.AsSpan(_skipped, steps - _skipped), Gaps);
        _skipped = steps;
    }

    private void CountWaiting() =>
        AddWaiting(_plan.WaitReason, _scheduler.WaitingCount, SinceLastCount());

    private void EndSteps()
    {
        var now = Host.Loop.Now;
        if (_steps == _reach) _reach = Math.Min(LongestReach, 2 * _reach);
        SkipTo(_steps - 1);
        KeepHeat();
        KvPeak = Math.Max(KvPeak, _scheduler.UsedBlocks);
        CountWaiting();
        Ledgers[0].Add(
            KindOf(_plan.Shape), _steps, _fixed, _attention.AsSpan(0, _steps));
        if (Host.Listener is { } listener) Tell(listener, now);
        var finished = _scheduler.Complete(0, _plan, now, Gaps);
        Finish(finished);
        StartStep();
    }

    private void Tell(IRunListener listener, SimTime now)
    {
        var joules = _steps * _fixed.Energy.Sum() + SwapJoules(MovedBlocks);
        var link = _steps * _fixed.LinkSeconds;
        for (var i = 0; i < _steps; i++)
        {
            joules += _attention[i].Energy.Sum();
            link += _attention[i].LinkSeconds;
        }
        joules += Deployment.Device.Idle.Value.Value * (now - _start).Value;
        listener.StepsDone(new StepFact(
            Index, 0, _start, now, _steps, _plan.Shape, joules * Deployment.RanksPerStage,
            _scheduler.UsedBlocks, _scheduler.TotalBlocks, _scheduler.WaitingCount,
            new Seconds(_links.IsShared(Index) ? 0 : link)));
    }
}
