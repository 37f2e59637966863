using AccelSim.Inference.Serving;

namespace AccelSim.Inference.Speculation;

/// <summary>Guesses how several sequences go on at once.</summary>
public interface IBatchProposer
{
    /// <summary>As flags and tables call it.</summary>
    string Name { get; }

    /// <summary>Told of steps that proposing takes; null: nobody.</summary>
    IServingObserver? Observer { get; set; }

    /// <summary>Guesses for each.</summary>
    /// <param name="asks">Who asks, each sequence once.</param>
    /// <returns>A proposal each, without branches.</returns>
    IReadOnlyList<Proposal> Propose(IReadOnlyList<ProposalAsk> asks);

    /// <summary>A sequence has ended, or its cache is lost.</summary>
    /// <param name="request">Its number.</param>
    void Forget(int request);
}

/// <summary>A sequence that wants to know how it may go on.</summary>
/// <param name="Request">Its number.</param>
/// <param name="Tokens">Prompt and answer so far, all of them final.</param>
/// <param name="Blocks">Its blocks in the model's cache, room for the proposal included.</param>
/// <param name="Most">The most tokens to propose.</param>
/// <param name="Temperature">As the model draws.</param>
/// <param name="Seed">Decides what is drawn.</param>
public sealed record ProposalAsk(
    int Request, IReadOnlyList<int> Tokens, IReadOnlyList<int> Blocks, int Most,
    double Temperature, long Seed);

/// <summary>Proposers of one sequence each: for those that run no model.</summary>
/// <param name="make">Makes one for a sequence.</param>
public sealed class SeparateProposers(Func<IProposer> make) : IBatchProposer
{
    private readonly Dictionary<int, IProposer> _own = [];

    /// <inheritdoc/>
    public string Name { get; } = make().Name;

    /// <inheritdoc/>
    public IServingObserver? Observer { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<Proposal> Propose(IReadOnlyList<ProposalAsk> asks)
    {
        ArgumentNullException.ThrowIfNull(asks);
        return [.. asks.Select(ask => Of(ask.Request).Propose(ask.Tokens, ask.Most))];
    }

    /// <inheritdoc/>
    public void Forget(int request) => _own.Remove(request);

    private IProposer Of(int request) =>
        _own.TryGetValue(request, out var own) ? own : _own[request] = make();
}
