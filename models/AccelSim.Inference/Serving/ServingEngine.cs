using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Speculation;
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
    /// <summary>Seconds after which a waiting engine looks whether it is to stop.</summary>
    private const double LongestSleep = 0.1;

    private readonly IExecutor _executor;
    private readonly Scheduler _scheduler;
    private readonly int _blockSize;
    private readonly int _budget;
    private readonly BatchSpeculation? _speculation;
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
    /// <param name="speculation">Who guesses tokens for the model to judge; null: nobody.</param>
    public ServingEngine(
        IExecutor executor, EngineSettings settings, int blocks, int window,
        BatchSpeculation? speculation = null)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (settings.EnablePrefixCaching || settings.PreemptionMode == PreemptionMode.Swap)
        {
            throw new ArgumentException(
                "The engine neither shares prefixes nor swaps.", nameof(settings));
        }
        if (speculation is not null) executor.Model.Formats.RefuseProposals();
        _executor = executor;
        _blockSize = settings.BlockSize;
        _budget = settings.MaxNumBatchedTokens;
        _speculation = speculation;
        // What is proposed is written before anybody knows whether it stands.
        var spare = BatchSpeculation.SpareBlocks(settings, speculation?.Most ?? 0);
        if (spare >= blocks)
        {
            throw new ArgumentException(
                $"{blocks} blocks leave none beside the {spare} for proposals.", nameof(blocks));
        }
        _scheduler = new Scheduler(settings, blocks - spare, 0, 1, window, settings.BlockSize);
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
    /// <param name="atOnce">So many at most are in flight; others wait to be sent.</param>
    /// <exception cref="InvalidOperationException">A request can never run.</exception>
    public void Run(
        IReadOnlyList<ServedRequest> requests, Func<bool>? stop = null, int? atOnce = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var start = Clock;
        for (var next = 0; next < requests.Count || Unfinished > 0;)
        {
            if (stop?.Invoke() == true) return;
            while (next < requests.Count && requests[next].Arrival <= Clock - start
                && !(Unfinished >= atOnce))
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
            // Who asks to stop does not wait for the next arrival.
            Thread.Sleep(TimeSpan.FromSeconds(stop is null ? wait : Math.Min(wait, LongestSleep)));
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
        if (Propose()) start = Executor.Now();
        List<Live> members = [];
        List<StepEntry> entries = [];
        foreach (var live in _live)
        {
            if (Entry(live) is not { } entry) continue;
            members.Add(live);
            entries.Add(entry);
        }
        Debug.Assert(
            _speculation is not null || StepShapes.Of(entries, 0).Tokens == _plan.Shape.Tokens);
        var chosen = _executor.Step(entries);
        Steps++;
        _scheduler.Complete(0, _plan, Now(), NoGaps.Instance);
        var gained = new int[members.Count];
        for (int i = 0, row = 0; i < members.Count; row += entries[i++].Scored)
        {
            if (members[i].Proposal is not null) gained[i] = Take(members[i], row);
            else if (entries[i].Sampler is not null) gained[i] = Take(members[i], [chosen[i]]);
        }
        if (Observer is { } observer)
        {
            observer.Stepped(
                start, Executor.Now(), members.ConvertAll(member => member.Number), entries,
                gained);
        }
        _live.RemoveAll(live => live.Sequence.Status == SequenceStatus.Finished);
        return true;
    }

    /// <summary>Lets somebody guess for all that decode.</summary>
    /// <returns>Whether anything was proposed.</returns>
    private bool Propose()
    {
        foreach (var live in _live) live.Proposal = null;
        if (_speculation is null) return false;
        var asking = _live.FindAll(Decodes);
        if (asking.Count == 0) return false;
        // The token budget holds for proposals, too.
        var each = Math.Min(
            _speculation.Most, Math.Max(0, _budget - _plan.Shape.Tokens) / asking.Count);
        List<ProposalAsk> asks = [];
        foreach (var live in asking)
        {
            // The step itself gives one token more than are accepted.
            var known = live.Tokens.Count - live.Request.Prompt.Count;
            var most = Math.Min(each, live.Request.MaxTokens - known - 1);
            Reserve(live, live.Tokens.Count + most);
            asks.Add(new ProposalAsk(
                live.Number, live.Tokens, live.Blocks, most, live.Request.Temperature,
                live.Request.Seed));
        }
        var proposals = _speculation.Proposer.Propose(asks);
        for (var i = 0; i < asking.Count; i++)
        {
            if (proposals[i].Parents is not null)
                throw new InvalidOperationException("Batches have no trees of proposals.");
            asking[i].Proposal = proposals[i];
        }
        return proposals.Any(proposal => proposal.Tokens.Count > 0);
    }

    private bool Decodes(Live live) =>
        live.Sequence.Status == SequenceStatus.Decoding && _plan.Shape.DecodeTokens > 0;

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
        if (!Decodes(live)) return null;
        if (live.Proposal is { } proposal)
        {
            int[] judged = [live.Tokens[^1], .. proposal.Tokens];
            return new StepEntry(judged, live.Tokens.Count - 1, live.Blocks, false, null)
            {
                LogitRows = judged.Length,
            };
        }
        Reserve(live, live.Tokens.Count);
        return new StepEntry(
            [live.Tokens[^1]], live.Tokens.Count - 1, live.Blocks, false, live.Sampler);
    }

    /// <summary>Takes what stands of a proposal, and the token after it.</summary>
    private int Take(Live live, int row)
    {
        var proposal = live.Proposal!;
        var (accepted, next) = Judge.Of(
            live.Chooser, new LosslessRule(), proposal, _executor, row);
        live.Steps.Add(new SpeculatedStep(proposal.Tokens.Count, accepted.Count));
        var stands = accepted.Count > 0 ? _scheduler.Gain(live.Sequence, accepted.Count) : 0;
        // Where blocks are short, what stands is cut and proposed again.
        int[] known = [.. proposal.Tokens.Take(accepted.Count), next];
        return Take(live, known.AsSpan(0, stands + 1));
    }

    private int Take(Live live, ReadOnlySpan<int> tokens)
    {
        var sequence = live.Sequence;
        var taken = 0;
        foreach (var token in tokens)
        {
            taken++;
            live.Tokens.Add(token);
            live.FirstToken ??= Clock;
            live.Request.OnToken?.Invoke(token);
            if (!live.Request.StopTokens.Contains(token)) continue;
            if (sequence.Status != SequenceStatus.Finished) _scheduler.Stop(sequence);
            break;
        }
        if (sequence.Status != SequenceStatus.Finished) return taken;
        GiveBack(live);
        _answers.Add(new ServedAnswer(
            live.Request, live.Tokens[live.Request.Prompt.Count..],
            live.FirstToken!.Value - live.Arrival(), Clock - live.Arrival(),
            sequence.Preemptions)
        {
            Speculation = live.Steps,
        });
        return taken;
    }

    private void Reserve(Live live, int tokens)
    {
        while (live.Blocks.Count * _blockSize < tokens) live.Blocks.Add(_free.Pop());
    }

    private void GiveBack(Live live)
    {
        foreach (var block in live.Blocks) _free.Push(block);
        live.Blocks.Clear();
        _speculation?.Proposer.Forget(live.Number);
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

        public int Number => (int)sequence.Request.Id;

        public Sampler Sampler { get; } = request.NewSampler();

        /// <summary>Draws where proposals are judged.</summary>
        public Chooser Chooser { get; } =
            new(request.Temperature, new SimRandom(request.Seed, "speculation"));

        /// <summary>What is judged in this step; null: nothing is proposed for it.</summary>
        public Proposal? Proposal { get; set; }

        public List<SpeculatedStep> Steps { get; } = [];

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

/// <summary>Who guesses tokens for a batch, and how many.</summary>
/// <param name="Proposer">Guesses.</param>
/// <param name="Most">Most tokens proposed at a time for each sequence.</param>
public sealed record BatchSpeculation(IBatchProposer Proposer, int Most)
{
    /// <summary>Blocks that sequences need for proposals beside their own.</summary>
    /// <param name="settings">How many sequences there are.</param>
    /// <param name="most">Most tokens proposed at a time for each.</param>
    public static int SpareBlocks(EngineSettings settings, int most)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.MaxNumSeqs * ((most + settings.BlockSize - 1) / settings.BlockSize);
    }
}
