using AccelSim.Events;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>Runs a workload on replicas behind a router.</summary>
/// <remarks>Serial and deterministic: the same input gives the same records to the
/// picosecond.</remarks>
public sealed class ServingSimulation : IReplicaHost, IEventTarget
{
    private readonly Workload _workload;
    private readonly Router _router;
    private readonly SharedLinks _links;
    private readonly FrontEnd _frontEnd;
    private readonly Stack<int> _toRefuse = new();
    private readonly List<Replica> _able = [];
    private readonly RequestRecord[] _records;
    private readonly Dictionary<int, List<int>> _followers = [];
    private readonly Queue<int> _atClient = new();
    private readonly List<int> _openLoop;
    private int _nextArrival;
    private int _inFlight;
    private int _over;

    /// <summary>Sets up a run.</summary>
    /// <param name="workload">The requests.</param>
    /// <param name="replicas">What each replica is made of.</param>
    /// <param name="router">Which replica gets a request.</param>
    /// <param name="listener">Told what happens; null: nobody listens.</param>
    /// <param name="leaps">
    /// Whether stretches of equal steps are leapt over in one event; the result is the same.
    /// </param>
    public ServingSimulation(
        Workload workload, IReadOnlyList<Deployment> replicas, RouterKind router,
        IRunListener? listener = null, bool leaps = true)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(replicas);
        _workload = workload;
        _router = Router.Of(router);
        Listener = listener;
        Leaps = leaps;
        _records = new RequestRecord[workload.Requests.Count];
        _links = new SharedLinks(this, replicas);
        _frontEnd = new FrontEnd(Loop);
        Replicas = [.. replicas.Select((deployment, index) =>
            NewReplica(index, deployment))];
        _openLoop = [];
        for (var i = 0; i < workload.Requests.Count; i++)
        {
            if (workload.Requests[i].After is not { } earlier) _openLoop.Add(i);
            else if (_followers.TryGetValue(earlier, out var list)) list.Add(i);
            else _followers[earlier] = [i];
        }
    }

    /// <inheritdoc/>
    public EventLoop Loop { get; } = new();

    /// <inheritdoc/>
    public IRunListener? Listener { get; }

    /// <inheritdoc/>
    public bool Leaps { get; }

    /// <summary>The replicas.</summary>
    public IReadOnlyList<Replica> Replicas { get; }

    /// <summary>What became of each request, in the order of the workload.</summary>
    public IReadOnlyList<RequestRecord> Records => _records;

    /// <summary>From the first arrival to the last token.</summary>
    public SimTime End { get; private set; }

    /// <summary>Runs until every request is over.</summary>
    /// <exception cref="NoProgressException">Requests are left, but nothing moves on.</exception>
    /// <exception cref="ConservationException">Something does not add up: a bug.</exception>
    public void Run()
    {
        ScheduleNextArrival();
        while (Loop.Step())
        {
        }
        if (_over < _records.Length) throw Stuck();
        Conservation.Check(this, _workload);
        _links.CheckConservation();
    }

    /// <summary>
    /// A request arrives; the code is its number, or its complement from the client.
    /// </summary>
    public void Fire(int code)
    {
        if (code < 0)
        {
            // A place at the client became free and was kept for this one.
            _inFlight--;
            Send(~code);
            return;
        }
        if (_workload.Requests[code].After is null) ScheduleNextArrival();
        if (_workload.MaxConcurrency is { } most && _inFlight >= most)
        {
            _atClient.Enqueue(code);
            return;
        }
        Send(code);
    }

    /// <inheritdoc/>
    public void Finished(Replica replica, Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(sequence);
        var request = sequence.Request;
        End = Loop.Now;
        Close(new RequestRecord(
            request, replica.Index, _records[request.Id].Arrival, sequence.FirstScheduled!.Value,
            sequence.FirstToken!.Value, sequence.LastToken, sequence.CachedTokens,
            sequence.Preemptions, null));
        if (!_followers.TryGetValue(request.Id, out var followers)) return;
        foreach (var follower in followers)
        {
            var think = new Seconds(_workload.Requests[follower].Arrival.Picoseconds * 1e-12);
            Loop.AtFirst(Loop.Now + think, this, follower);
        }
    }

    private void Send(int id)
    {
        var request = _workload.Requests[id];
        _inFlight++;
        _records[id] = _records[id] with { Request = request, Arrival = Loop.Now };
        _able.Clear();
        string? reason = null;
        foreach (var replica in Replicas)
        {
            var problem = replica.ReasonToReject(request);
            if (problem is null) _able.Add(replica);
            else reason ??= problem;
        }
        if (_able.Count == 0)
        {
            Reject(id, reason!);
            return;
        }
        var sequence = new Sequence(request);
        _frontEnd.Pass(sequence, _router.Choose(sequence, _able));
    }

    /// <summary>A refused request takes its later turns along.</summary>
    private void Reject(int id, string reason)
    {
        var now = Loop.Now;
        _toRefuse.Push(id);
        while (_toRefuse.TryPop(out var refused))
        {
            var request = _workload.Requests[refused];
            Close(new RequestRecord(
                request, -1, now, now, now, now, 0, 0,
                refused == id
                    ? reason
                    : $"request {request.After}, which it follows, was refused"));
            if (!_followers.TryGetValue(refused, out var followers)) continue;
            // They were never sent, so they leave no place at the client.
            foreach (var follower in followers)
            {
                _inFlight++;
                _toRefuse.Push(follower);
            }
        }
    }

    private void Close(in RequestRecord record)
    {
        if (_records[record.Request.Id].LastToken != default
            || _records[record.Request.Id].Rejection is not null)
        {
            throw new ConservationException($"Request {record.Request.Id} was over twice.");
        }
        _records[record.Request.Id] = record;
        _over++;
        _inFlight--;
        Listener?.RequestDone(record);
        // The client sends the next one the moment a place is free.
        if (!_atClient.TryDequeue(out var next)) return;
        _inFlight++;
        Loop.AtFirst(Loop.Now, this, ~next);
    }

    private void ScheduleNextArrival()
    {
        if (_nextArrival >= _openLoop.Count) return;
        var id = _openLoop[_nextArrival++];
        Loop.AtFirst(_workload.Requests[id].Arrival, this, id);
    }

    private Replica NewReplica(int index, Deployment deployment)
    {
        var plan = deployment.Graph.Plan;
        if (plan.DataParallel > 1) return new LockstepReplica(index, deployment, _links, this);
        if (plan.PipelineParallel > 1) return new PipelineReplica(index, deployment, _links, this);
        return new EngineReplica(index, deployment, _links, this);
    }

    private NoProgressException Stuck()
    {
        var waits = new WaitsForGraph();
        foreach (var replica in Replicas)
        {
            if (replica.WaitsFor is not { } what) continue;
            waits.Wait($"requests of replica {replica.Index}", $"replica {replica.Index}", what);
        }
        return new NoProgressException(
            $"{_records.Length - _over} of {_records.Length} requests are not over, but nothing "
            + $"will happen any more. {waits.FindCycle().Description}");
    }
}
