using AccelSim.Costs;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>A replica whose layers are split over stages, with one micro-batch in each.</summary>
/// <remarks>
/// A micro-batch passes the stages in order; a stage that has none waits: the bubble. Results
/// travel
/// between stages while both go on computing.
/// </remarks>
internal sealed class PipelineReplica : Replica
{
    private readonly Scheduler _scheduler;
    private readonly SharedLinks _links;
    private readonly int _stages;
    private readonly MicroBatch[] _batches;
    private readonly Queue<int>[] _ready;
    private readonly int[] _busyWith;
    private const int Nobody = -1;
    private int _lastStarted = Nobody;
    private WaitReason _waitReason;

    // A step in which everybody made room is no step, but its blocks move before the next one.
    private long _blocksToMove;

    public PipelineReplica(
        int index, Deployment deployment, SharedLinks links, IReplicaHost host)
        : base(index, deployment, host)
    {
        _links = links;
        _stages = deployment.Stages.Count;
        _scheduler = deployment.NewScheduler();
        _batches = [.. Enumerable.Range(0, _stages).Select(_ => new MicroBatch())];
        _ready = [.. Enumerable.Range(0, _stages).Select(_ => new Queue<int>())];
        _busyWith = [.. Enumerable.Repeat(Nobody, _stages)];
    }

    public override long Preemptions => _scheduler.Preemptions;

    public override long SwappedBlocks => _scheduler.SwappedBlocks;

    public override long KvUsed => _scheduler.UsedBlocks;

    public override long KvTotal => _scheduler.TotalBlocks;

    public override string? WaitsFor =>
        _busyWith.Any(batch => batch != Nobody) ? "the end of a pipeline stage"
        : _scheduler.WaitingCount > 0 ? $"KV blocks of replica {Index}"
        : null;

    public override void Submit(Sequence sequence)
    {
        CountWaiting();
        _scheduler.Add(sequence);
        FillFirstStage();
    }

    public override int CachedTokens(Sequence sequence) => _scheduler.CachedTokens(sequence);

    public override string? ReasonToReject(Request request) =>
        _scheduler.ReasonToReject(request);

    /// <summary>
    /// Code: batch + batches × (stage done: stage; arrived at stage: stages + stage; computed, but
    /// not communicated: 2 × stages + stage).
    /// </summary>
    public override void Fire(int code)
    {
        CountWaiting();
        var (what, batch) = Math.DivRem(code, _stages);
        if (what < _stages) StageDone(what, batch);
        else if (what < 2 * _stages) Arrived(what - _stages, batch);
        else Communicate(what - 2 * _stages, batch);
    }

    private void FillFirstStage()
    {
        // In turn, so that no micro-batch waits for KV blocks that others take again and again.
        for (var i = 0; i < _stages && _busyWith[0] == Nobody; i++)
        {
            var batch = (_lastStarted + 1 + i) % _stages;
            var micro = _batches[batch];
            if (micro.InFlight) continue;
            _scheduler.Schedule(batch, Host.Loop.Now, micro.Plan);
            if (micro.Plan.WaitReason != WaitReason.None || _scheduler.WaitingCount == 0)
                _waitReason = micro.Plan.WaitReason;
            _blocksToMove += micro.Plan.BlocksSwappedOut + micro.Plan.BlocksSwappedIn;
            if (micro.Plan.IsEmpty) continue;
            micro.InFlight = true;
            _lastStarted = batch;
            StartStage(0, batch);
        }
    }

    private void StartStage(int stage, int batch)
    {
        var micro = _batches[batch];
        _busyWith[stage] = batch;
        var pricer = Deployment.Stages[stage];
        pricer.Price(micro.Plan.Shape, out micro.Cost);
        var seconds = micro.Cost.Seconds;
        if (stage == 0)
        {
            micro.BlocksMoved = _blocksToMove;
            _blocksToMove = 0;
            var swap = Deployment.SwapTime(micro.BlocksMoved);
            AccountSwap(Ledgers[0], KindOf(micro.Plan.Shape), micro.BlocksMoved, swap);
            seconds += swap.Value;
        }
        micro.StageStart = Host.Loop.Now;
        var shared = _links.IsShared(Index) && micro.Cost.LinkSeconds > 0;
        if (shared) seconds -= micro.Cost.LinkSeconds;
        var then = shared ? 2 * _stages + stage : stage;
        Host.Loop.After(new Seconds(seconds), this, then * _stages + batch);
    }

    /// <summary>The collectives of a stage over wires that others share.</summary>
    private void Communicate(int stage, int batch)
    {
        var micro = _batches[batch];
        micro.Communicating = Host.Loop.Now;
        _links.Communicate(
            this, new Seconds(micro.Cost.LinkSeconds), stage * _stages + batch);
    }

    /// <summary>Hands a stage's result on to the next.</summary>
    private void HandOver(int stage, int batch)
    {
        var code = (_stages + stage + 1) * _stages + batch;
        var alone = new Seconds(_batches[batch].Cost.TransferSeconds);
        if (_links.IsShared(Index)) _links.Communicate(this, alone, code);
        else Host.Loop.After(alone, this, code);
    }

    private void CountWaiting() =>
        AddWaiting(_waitReason, _scheduler.WaitingCount, SinceLastCount());

    private void StageDone(int stage, int batch)
    {
        var micro = _batches[batch];
        var now = Host.Loop.Now;
        var kind = KindOf(micro.Plan.Shape);
        Ledgers[stage].Add(kind, 1, micro.Cost, []);
        if (micro.Communicating is { } since)
        {
            // Others on the medium made it slower than it would have been alone.
            var held = (now - since).Value - micro.Cost.LinkSeconds;
            Ledgers[stage].AddTransfer(kind, Tagged(Deployment.SharedMedium), held);
            micro.Communicating = null;
        }
        if (Host.Listener is { } listener) Tell(listener, stage, micro, now);
        _busyWith[stage] = Nobody;
        if (stage + 1 < _stages)
        {
            HandOver(stage, batch);
        }
        else
        {
            KvPeak = Math.Max(KvPeak, _scheduler.UsedBlocks);
            micro.InFlight = false;
            Finish(_scheduler.Complete(batch, micro.Plan, now, Gaps));
        }
        if (stage > 0 && _ready[stage].TryDequeue(out var next)) StartStage(stage, next);
        FillFirstStage();
    }

    private void Arrived(int stage, int batch)
    {
        if (_busyWith[stage] == Nobody) StartStage(stage, batch);
        else _ready[stage].Enqueue(batch);
    }

    private void Tell(IRunListener listener, int stage, MicroBatch micro, SimTime now)
    {
        var joules = micro.Cost.Energy.Sum()
            + (stage == 0 ? SwapJoules(micro.BlocksMoved) : 0)
            + Deployment.Device.Idle.Value.Value * (now - micro.StageStart).Value;
        listener.StepsDone(new StepFact(
            Index, stage, micro.StageStart, now, 1, micro.Plan.Shape,
            joules * Deployment.RanksPerStage, _scheduler.UsedBlocks, _scheduler.TotalBlocks,
            _scheduler.WaitingCount,
            new Seconds(_links.IsShared(Index) ? 0 : micro.Cost.LinkSeconds),
            new Seconds(
                stage + 1 < _stages && !_links.IsShared(Index)
                    ? micro.Cost.TransferSeconds
                    : 0)));
    }

    private sealed class MicroBatch
    {
        public StepPlan Plan { get; } = new();
        public bool InFlight { get; set; }
        public SimTime StageStart { get; set; }
        public long BlocksMoved { get; set; }
        public SimTime? Communicating { get; set; }
        public StepCost Cost;
    }
}
