using AccelSim.Costs;
using AccelSim.Events;
using AccelSim.Hardware;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>
/// One copy of the model that serves requests: a pipeline, ranks, their schedulers.
/// </summary>
public abstract class Replica : IEventTarget
{
    private protected Replica(int index, Deployment deployment, IReplicaHost host)
    {
        Index = index;
        Deployment = deployment;
        Host = host;
        Ledgers = [.. Enumerable.Range(0, deployment.Stages.Count)
            .Select(_ => new StageLedger())];
    }

    /// <summary>Its number in the run.</summary>
    public int Index { get; }

    /// <summary>What it is made of.</summary>
    public Deployment Deployment { get; }

    /// <summary>Time and energy of each pipeline stage, by kind of step.</summary>
    public IReadOnlyList<StageLedger> Ledgers { get; }

    /// <summary>Request-seconds spent in the queue, by reason; the order of WaitReason.</summary>
    public IReadOnlyList<double> WaitingSeconds => _waitingSeconds;

    /// <summary>Requests sent here that are not over.</summary>
    public int Outstanding { get; private protected set; }

    /// <summary>A request was sent here; it is submitted when the front end is done.</summary>
    internal void Expect() => Outstanding++;

    /// <summary>Times a sequence had to make room.</summary>
    public abstract long Preemptions { get; }

    /// <summary>KV blocks in host memory, of all its ranks.</summary>
    public abstract long SwappedBlocks { get; }

    /// <summary>KV blocks in use, of all its ranks.</summary>
    public abstract long KvUsed { get; }

    /// <summary>KV blocks, of all its ranks.</summary>
    public abstract long KvTotal { get; }

    /// <summary>The most KV blocks that were in use at the end of a step.</summary>
    public long KvPeak { get; private protected set; }

    /// <summary>Time that steps lost to heat, beyond what they take at burst power.</summary>
    public Seconds SlowedByHeat { get; private protected set; }

    /// <summary>Where its gaps between tokens are counted.</summary>
    public TokenGapHistogram Gaps { get; } = new();

    private protected IReplicaHost Host { get; }

    private SimTime _lastCount;
    private readonly double[] _waitingSeconds = new double[Enum.GetValues<WaitReason>().Length];

    /// <summary>A request arrives now.</summary>
    public abstract void Submit(Sequence sequence);

    /// <summary>Prompt tokens of the request that its cache holds.</summary>
    public abstract int CachedTokens(Sequence sequence);

    /// <summary>Why the request can never run here, or null if it can.</summary>
    public abstract string? ReasonToReject(Request request);

    /// <inheritdoc/>
    public abstract void Fire(int code);

    /// <summary>What it waits for, for the watchdog; null while it has nothing to do.</summary>
    public abstract string? WaitsFor { get; }

    /// <summary>Time since it was last asked: in which the queue did not change.</summary>
    private protected Seconds SinceLastCount()
    {
        var time = Host.Loop.Now - _lastCount;
        _lastCount = Host.Loop.Now;
        return time;
    }

    private protected void AddWaiting(WaitReason reason, int waiting, Seconds time)
    {
        if (waiting > 0) _waitingSeconds[(int)reason] += waiting * time.Value;
    }

    /// <summary>Swapped blocks make a step wait and their way draw.</summary>
    /// <param name="ledger">Of the stage that waited.</param>
    /// <param name="kind">The kind of step.</param>
    /// <param name="blocks">Blocks moved, of the mean rank.</param>
    /// <param name="time">How long it took.</param>
    private protected void AccountSwap(
        StageLedger ledger, StepKind kind, double blocks, Seconds time)
    {
        if (blocks == 0) return;
        ledger.AddTransfer(kind, Tagged(Deployment.AwayLink), time.Value, SwapJoules(blocks));
    }

    /// <summary>A link among the cost model's resources, with what it rests on.</summary>
    private protected (int Resource, Provenance Tag) Tagged(int link) =>
        (link, Deployment.Stages[0].TagOf(link));

    /// <summary>Energy that one rank puts into moving blocks.</summary>
    private protected double SwapJoules(double blocks) =>
        blocks * Deployment.BlockBytes.Value * (Deployment.Away?.Energy.Value.Value ?? 0);

    private protected void Finish(IReadOnlyList<Sequence> finished)
    {
        foreach (var sequence in finished)
        {
            Outstanding--;
            Host.Finished(this, sequence);
        }
    }

    private protected static StepKind KindOf(in Models.StepShape shape) =>
        shape.PrefillTokens == 0 ? StepKind.Decode
        : shape.DecodeTokens == 0 ? StepKind.Prefill
        : StepKind.Mixed;
}

/// <summary>What a replica asks of the run it is in.</summary>
public interface IReplicaHost
{
    /// <summary>The clock.</summary>
    EventLoop Loop { get; }

    /// <summary>Told what happens; null if nobody listens.</summary>
    IRunListener? Listener { get; }

    /// <summary>Whether stretches of equal steps may be leapt over in one event.</summary>
    bool Leaps { get; }

    /// <summary>All tokens of a request are out.</summary>
    void Finished(Replica replica, Sequence sequence);
}

/// <summary>Time and energy of one pipeline stage, by kind of step.</summary>
public sealed class StageLedger
{
    private readonly StepLedger[] _byKind =
        [.. Enum.GetValues<StepKind>().Select(_ => new StepLedger())];

    /// <summary>The ledger of one kind of step.</summary>
    public StepLedger this[StepKind kind] => _byKind[(int)kind];

    /// <summary>Adds time and energy that a link took before or after the operators.</summary>
    /// <param name="kind">The kind of step that waited.</param>
    /// <param name="link">Its place among the resources, and what it rests on.</param>
    /// <param name="seconds">Beyond what the operators' own costs hold.</param>
    /// <param name="joules">Of one rank.</param>
    internal void AddTransfer(
        StepKind kind, (int Resource, Provenance Tag) link, double seconds, double joules = 0)
    {
        var ledger = _byKind[(int)kind];
        ledger.Seconds += seconds;
        ledger.Share[link.Resource] += seconds;
        ledger.Energy[link.Resource] += joules;
        ledger.Ground.Add(link.Tag, PriceGround.Sheet, seconds);
    }

    /// <summary>Adds steps of equal fixed cost.</summary>
    internal void Add(
        StepKind kind, int steps, in StepCost same, ReadOnlySpan<StepCost> different)
    {
        var ledger = _byKind[(int)kind];
        ledger.Steps += steps;
        ledger.Seconds += steps * same.Seconds;
        ledger.Share.Add(same.Share, steps);
        ledger.Energy.Add(same.Energy, steps);
        ledger.Ground.Add(same.Ground, steps);
        foreach (ref readonly var cost in different)
        {
            ledger.Seconds += cost.Seconds;
            ledger.Share.Add(cost.Share, 1);
            ledger.Energy.Add(cost.Energy, 1);
            ledger.Ground.Add(cost.Ground, 1);
        }
    }
}
