using AccelSim.Inference.Execution;
using AccelSim.Inference.Serving;
using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>
/// A model that proposes for several sequences at once: one token of each in a step of its own.
/// </summary>
public abstract class BatchDrafts : IBatchProposer
{
    private readonly Dictionary<int, Chooser> _choosers = [];

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public IServingObserver? Observer { get; set; }

    /// <summary>Whether steps are those of another model than the one that is served.</summary>
    protected abstract bool IsOther { get; }

    /// <summary>Layers that steps leave out.</summary>
    protected virtual IReadOnlySet<int> Skipped { get; } = new HashSet<int>();

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(IReadOnlyList<ProposalAsk> asks)
    {
        ArgumentNullException.ThrowIfNull(asks);
        var growing = asks.Select(ask => new Growing(ask)).ToList();
        while (growing.Where(one => one.Tokens.Count < one.Ask.Most).ToList() is { Count: > 0 } now)
        {
            List<StepEntry> entries = [.. now.Select(one => Next(one.Ask, one.Tokens))];
            var start = Executor.Now();
            var executor = Step(entries);
            Observer?.Proposed(
                start, Executor.Now(), now.ConvertAll(one => one.Ask.Request), entries, IsOther,
                executor.Model, Skipped);
            for (var i = 0; i < now.Count; i++)
            {
                var (token, odds) = ChooserOf(now[i].Ask).Choose(executor.Logits(i));
                now[i].Tokens.Add(token);
                now[i].Odds.Add(odds);
            }
        }
        return growing.ConvertAll(one => new Proposal(one.Tokens, one.Odds));
    }

    /// <inheritdoc/>
    public virtual void Forget(int request) => _choosers.Remove(request);

    /// <summary>What the next step asks for a sequence: one row of logits.</summary>
    /// <param name="ask">The sequence.</param>
    /// <param name="proposed">What is proposed so far.</param>
    protected abstract StepEntry Next(ProposalAsk ask, IReadOnlyList<int> proposed);

    /// <summary>Runs a step.</summary>
    /// <returns>Who ran it and has the logits.</returns>
    protected abstract IExecutor Step(IReadOnlyList<StepEntry> entries);

    private Chooser ChooserOf(ProposalAsk ask) =>
        _choosers.TryGetValue(ask.Request, out var own)
            ? own
            : _choosers[ask.Request] = new Chooser(
                ask.Temperature, new SimRandom(ask.Seed, "draft"));

    private sealed record Growing(ProposalAsk Ask)
    {
        public List<int> Tokens { get; } = [];

        public List<double[]?> Odds { get; } = [];
    }
}

/// <summary>A smaller model with a cache of its own (Leviathan et al. 2023).</summary>
public sealed class BatchDraftModel : BatchDrafts
{
    private readonly IExecutor _draft;
    private readonly int _blockSize;
    private readonly Stack<int> _free;
    private readonly Dictionary<int, (List<int> Cached, List<int> Blocks)> _own = [];

    /// <summary>A proposer with an empty cache.</summary>
    /// <param name="draft">The smaller model; not disposed of.</param>
    /// <param name="blocks">Blocks of its cache.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public BatchDraftModel(IExecutor draft, int blocks, int blockSize)
    {
        _draft = draft;
        _blockSize = blockSize;
        _free = new Stack<int>(Enumerable.Range(0, blocks).Reverse());
    }

    /// <inheritdoc/>
    public override string Name => "draft";

    /// <inheritdoc/>
    protected override bool IsOther => true;

    /// <inheritdoc/>
    public override void Forget(int request)
    {
        base.Forget(request);
        if (!_own.Remove(request, out var own)) return;
        foreach (var block in own.Blocks) _free.Push(block);
    }

    /// <inheritdoc/>
    protected override StepEntry Next(ProposalAsk ask, IReadOnlyList<int> proposed)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(proposed);
        if (!_own.TryGetValue(ask.Request, out var own)) _own[ask.Request] = own = ([], []);
        int[] fresh = proposed.Count > 0
            ? [proposed[^1]]
            : [.. ask.Tokens.Skip(DraftCache.GoBack(own.Cached, ask.Tokens))];
        var (from, end) = (own.Cached.Count, own.Cached.Count + fresh.Length);
        while (own.Blocks.Count * _blockSize < end) own.Blocks.Add(_free.Pop());
        own.Cached.AddRange(fresh);
        return new StepEntry(fresh, from, own.Blocks, fresh.Length > 1, null) { LogitRows = 1 };
    }

    /// <inheritdoc/>
    protected override IExecutor Step(IReadOnlyList<StepEntry> entries)
    {
        _draft.Step(entries);
        return _draft;
    }
}

/// <summary>
/// The model itself with some layers left out, on the cache of the whole model (Zhang et al.
/// 2023).
/// </summary>
/// <param name="target">The model; not disposed of.</param>
/// <param name="skipped">Layers left out.</param>
public sealed class BatchSkipLayers(IExecutor target, IEnumerable<int> skipped) : BatchDrafts
{
    /// <inheritdoc/>
    public override string Name => "skip-layers";

    /// <inheritdoc/>
    protected override bool IsOther => false;

    /// <inheritdoc/>
    protected override IReadOnlySet<int> Skipped { get; } = new HashSet<int>(skipped);

    /// <inheritdoc/>
    protected override StepEntry Next(ProposalAsk ask, IReadOnlyList<int> proposed)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(proposed);
        return new StepEntry(
            [proposed.Count > 0 ? proposed[^1] : ask.Tokens[^1]],
            ask.Tokens.Count - 1 + proposed.Count, ask.Blocks, false, null)
        {
            LogitRows = 1,
        };
    }

    /// <inheritdoc/>
    protected override IExecutor Step(IReadOnlyList<StepEntry> entries)
    {
        target.Step(entries, Skipped);
        return target;
    }
}
