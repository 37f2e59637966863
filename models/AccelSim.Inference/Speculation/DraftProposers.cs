using AccelSim.Inference.Execution;
using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>A smaller model with a cache of its own (Leviathan et al. 2023).</summary>
public sealed class DraftModelProposer : IProposer
{
    private readonly IExecutor _draft;
    private readonly IReadOnlyList<int> _blocks;
    private readonly Chooser _chooser;
    private readonly List<int> _cached = [];

    /// <summary>A proposer for one sequence at a time.</summary>
    /// <param name="draft">The smaller model; not disposed of.</param>
    /// <param name="blocks">Blocks of its cache that the sequence may use.</param>
    /// <param name="temperature">As the target's.</param>
    /// <param name="seed">Decides what is drawn.</param>
    public DraftModelProposer(
        IExecutor draft, IReadOnlyList<int> blocks, double temperature, long seed)
    {
        _draft = draft;
        _blocks = blocks;
        _chooser = new Chooser(temperature, new SimRandom(seed, "draft"));
    }

    /// <inheritdoc/>
    public string Name => "draft";

    /// <inheritdoc/>
    public Proposal Propose(IReadOnlyList<int> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var kept = DraftCache.GoBack(_cached, tokens);
        List<int> fresh = [.. tokens.Skip(kept)];
        List<int> proposed = [];
        List<double[]?> odds = [];
        while (proposed.Count < most)
        {
            _draft.Step(
            [
                new StepEntry(fresh, _cached.Count, _blocks, fresh.Count > 1, null)
                {
                    LogitRows = 1,
                },
            ]);
            _cached.AddRange(fresh);
            var (token, from) = _chooser.Choose(_draft.Logits(0));
            proposed.Add(token);
            odds.Add(from);
            fresh = [token];
        }
        return new Proposal(proposed, odds);
    }
}

/// <summary>
/// The model itself with some layers left out, on the cache of the whole model (Zhang et al.
/// 2023): no weights and no memory of its own.
/// </summary>
/// <remarks>
/// What it writes into the cache stands where verification writes next, so nothing of it stays.
/// </remarks>
public sealed class SkipLayersProposer : IProposer
{
    private readonly IExecutor _target;
    private readonly IReadOnlyList<int> _blocks;
    private readonly HashSet<int> _skipped;
    private readonly Chooser _chooser;

    /// <summary>A proposer for one sequence at a time.</summary>
    /// <param name="target">The model; not disposed of.</param>
    /// <param name="blocks">The sequence's blocks there.</param>
    /// <param name="skipped">Layers left out.</param>
    /// <param name="temperature">As the target's.</param>
    /// <param name="seed">Decides what is drawn.</param>
    public SkipLayersProposer(
        IExecutor target, IReadOnlyList<int> blocks, IEnumerable<int> skipped,
        double temperature, long seed)
    {
        _target = target;
        _blocks = blocks;
        _skipped = [.. skipped];
        _chooser = new Chooser(temperature, new SimRandom(seed, "draft"));
    }

    /// <inheritdoc/>
    public string Name => "skip-layers";

    /// <summary>Every other layer but the first and the last.</summary>
    public static IReadOnlyList<int> EveryOther(int layers) =>
        [.. Enumerable.Range(1, Math.Max(0, layers - 2)).Where(layer => layer % 2 == 1)];

    /// <inheritdoc/>
    public Proposal Propose(IReadOnlyList<int> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        List<int> proposed = [];
        List<double[]?> odds = [];
        for (var token = tokens[^1]; proposed.Count < most;)
        {
            var position = tokens.Count - 1 + proposed.Count;
            _target.Step(
                [new StepEntry([token], position, _blocks, false, null) { LogitRows = 1 }],
                _skipped);
            (token, var from) = _chooser.Choose(_target.Logits(0));
            proposed.Add(token);
            odds.Add(from);
        }
        return new Proposal(proposed, odds);
    }
}
