using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Serving;
using AccelSim.Units;
using AccelSim.Workloads;

namespace AccelSim.Inference.Serving;

/// <summary>
/// Serves requests in real time: continuous batching with chunked prefill over a paged cache.
/// </summary>
/// <remarks>
/// The simulator's own <see cref="Scheduler"/> decides what goes into each step; here it is told
/// what a clock on the wall says. It counts blocks; which ones a sequence holds is known here.
/// </remarks>
public sealed class ServingEngine
{
    private readonly IExecutor _executor;
    private readonly Scheduler _scheduler;
    private readonly int _blockSize;
    private readonly Stack<int> _free;
    private readonly List<Live> _live = [];
    private readonly List<ServedAnswer> _answers = [];
    private readonly StepPlan _plan = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _submitted;

    /// <summary>An engine with an empty cache.</summary>
    /// <param name="executor">Runs steps; has as many blocks as stated here.</param>
    /// <param name="settings">As the simulator's; no prefix caching and no swapping.</param>
    /// <param name="blocks">KV blocks.</param>
    /// <param name="window">Tokens that windowed layers see; 0 where the model has none.</param>
    public ServingEngine(IExecutor executor, EngineSettings settings, int blocks, int window)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (settings.EnablePrefixCaching || settings.PreemptionMode == PreemptionMode.Swap)
        {
            throw new ArgumentException(
                "The engine neither shares prefixes nor swaps.", nameof(settings));
        }
        _executor = executor;
        _blockSize = settings.BlockSize;
        _scheduler = new Scheduler(settings, blocks, 0, 1, window, settings.BlockSize);
        _free = new Stack<int>(Enumerable.Range(0, blocks).Reverse());
    }

    /// <summary>Answers in the order in which they ended.</summary>
    public IReadOnlyList<ServedAnswer> Answers => _answers;

    /// <summary>Told of arrivals, waits and steps; null: nobody.</summary>
    public IServingObserver? Observer { get; set; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Requests that are not answered yet.</summary>
    public int Unfinished => _live.Count;

    /// <summary>Seconds since the engine was made.</summary>
    public double Clock => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Puts a request into the queue now.</summary>
    /// <returns>Why it can never run, or null.</returns>
    public string? Submit(ServedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sequence = new Sequence(new Request
        {
            Id = _submitted++,
            Arrival = Now(),
            PromptTokens = request.Prompt.Count,
            OutputTokens = request.MaxTokens,
        });
        if (_scheduler.ReasonToReject(sequence.Request) is { } reason) return reason;
        _live.Add(new Live(request, sequence));
        Observer?.Arrived((int)sequence.Request.Id, Executor.Now(), request.Prompt.Count);
        _scheduler.Add(sequence);
        return null;
    }

    /// <summary>Serves requests as they arrive until all are answered.</summary>
    /// <param name="requests">In order of arrival; arrivals count from this call.</param>
    /// <param name="stop">Asked between steps: true ends the run.</param>
    /// <exception cref="InvalidOperationException">A request can never run.</exception>
    public void Run(IReadOnlyList<ServedRequest> requests, Func<bool>? stop = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var start = Clock;
        for (var next = 0; next < requests.Count || Unfinished > 0;)
        {
            if (stop?.Invoke() == true) return;
            while (next < requests.Count && requests[next].Arrival <= Clock - start)
            {
                if (Submit(requests[next++]) is { } reason)
                    throw new InvalidOperationException(reason);
            }
            if (Step()) continue;
            if (next >= requests.Count)
                throw new InvalidOperationException("Nothing runs, and nothing comes.");
            var wait = requests[next].Arrival - (Clock - start);
            if (wait <= 0) continue;
            var asleep = Executor.Now();
            Thread.Sleep(TimeSpan.FromSeconds(wait));
            Observer?.Waited(Executor.Now() - asleep);
        }
    }

    /// <summary>Takes one step.</summary>
    /// <returns>False if there is nothing to do.</returns>
    public bool Step()
    {
        var start = Executor.Now();
        _scheduler.Schedule(0, Now(), _plan);
        foreach (var live in _live)
        {
            if (live.Sequence.Status == SequenceStatus.Waiting) GiveBack(live);
        }
        if (_plan.IsEmpty) return false;
        List<Live> members = [];
        List<StepEntry> entries = [];
        foreach (var live in _live)
        {
            if (Entry(live) is not { } entry) continue;
            members.Add(live);
            entries.Add(entry);
        }
        Debug.Assert(StepShapes.Of(entries, 0).Tokens == _plan.Shape.Tokens);
        var chosen = _executor.Step(entries);
        Steps++;
        _scheduler.Complete(0, _plan, Now(), NoGaps.Instance);
        for (var i = 0; i < members.Count; i++)
        {
            if (entries[i].Sampler is not null) Take(members[i], chosen[i]);
        }
        if (Observer is { } observer)
        {
            observer.Stepped(
                start, Executor.Now(),
                members.ConvertAll(member => (int)member.Sequence.Request.Id), entries);
        }
        _live.RemoveAll(live => live.Sequence.Status == SequenceStatus.Finished);
        return true;
    }

    /// <summary>What a sequence puts into the step; null where it has no part in it.</summary>
    private StepEntry? Entry(Live live)
    {
        var sequence = live.Sequence;
        if (sequence.Status == SequenceStatus.Prefilling && sequence.Chunk > 0)
        {
            var (from, end) = (sequence.Computed, sequence.Computed + sequence.Chunk);
            Reserve(live, end);
            return new StepEntry(
                live.Tokens[from..end], from, live.Blocks, true,
                end == sequence.KnownTokens ? live.Sampler : null);
        }
        if (sequence.Status != SequenceStatus.Decoding || _plan.Shape.DecodeTokens == 0)
            return null;
        Reserve(live, live.Tokens.Count);
        return new StepEntry(
            [live.Tokens[^1]], live.Tokens.Count - 1, live.Blocks, false, live.Sampler);
    }

    private void Take(Live live, int token)
    {
        live.Tokens.Add(token);
        live.FirstToken ??= Clock;
        live.Request.OnToken?.Invoke(token);
        var sequence = live.Sequence;
        if (sequence.Status != SequenceStatus.Finished
            && live.Request.StopTokens.Contains(token))
        {
            _scheduler.Stop(sequence);
        }
        if (sequence.Status != SequenceStatus.Finished) return;
        GiveBack(live);
        _answers.Add(new ServedAnswer(
            live.Request, live.Tokens[live.Request.Prompt.Count..],
            live.FirstToken.Value - live.Arrival(), Clock - live.Arrival(),
            sequence.Preemptions));
    }

    private void Reserve(Live live, int tokens)
    {
        while (live.Blocks.Count * _blockSize < tokens) live.Blocks.Add(_free.Pop());
    }

    private void GiveBack(Live live)
    {
        foreach (var block in live.Blocks) _free.Push(block);
        live.Blocks.Clear();
    }

    private SimTime Now() => default(SimTime) + new Seconds(Clock);

    /// <summary>A request while it is worked on.</summary>
    private sealed class Live(ServedRequest request, Sequence sequence)
    {
        public ServedRequest Request => request;

        public Sequence Sequence => sequence;

        /// <summary>Prompt and answer so far.</summary>
        public List<int> Tokens { get; } = [.. request.Prompt];

        public List<int> Blocks { get; } = [];

        public Sampler Sampler { get; } = request.NewSampler();

        public double? FirstToken { get; set; }

        public double Arrival() => sequence.Request.Arrival.Seconds;
    }

    private sealed class NoGaps : ITokenGaps
    {
        public static NoGaps Instance { get; } = new();

        public void Add(SimTime from, SimTime to, int count)
        {
        }
    }
}
