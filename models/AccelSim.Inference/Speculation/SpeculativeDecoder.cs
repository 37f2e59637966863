using AccelSim.Inference.Execution;
using AccelSim.Workloads;

namespace AccelSim.Inference.Speculation;

/// <summary>
/// Answers one request at a time: a proposer guesses tokens, one step of the model judges them
/// all. Greedy answers are those without it; drawn ones have the model's distribution.
/// </summary>
/// <remarks>
/// Greedy answers could differ where two logits are equal but for rounding: kernels for one row
/// and for several add in another order.
/// </remarks>
public sealed class SpeculativeDecoder
{
    private readonly IExecutor _target;
    private readonly IReadOnlyList<int> _blocks;
    private readonly IProposer _proposer;
    private readonly int _most;
    private readonly Chooser _chooser;

    /// <summary>A decoder.</summary>
    /// <param name="target">The model; not disposed of.</param>
    /// <param name="blocks">
    /// Blocks of its cache, room for prompt and answer, and for the other branches of a tree.
    /// </param>
    /// <param name="proposer">Guesses.</param>
    /// <param name="most">Most tokens proposed at a time.</param>
    /// <param name="temperature">0 takes the likeliest.</param>
    /// <param name="seed">Decides what is drawn.</param>
    /// <exception cref="ArgumentException">The cache packs tokens together.</exception>
    public SpeculativeDecoder(
        IExecutor target, IReadOnlyList<int> blocks, IProposer proposer, int most,
        double temperature, long seed)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(proposer);
        target.Model.Formats.RefuseProposals();
        _target = target;
        _blocks = blocks;
        _proposer = proposer;
        _most = most;
        _chooser = new Chooser(temperature, new SimRandom(seed, "speculation"));
    }

    /// <summary>Decides about drawn tokens; another one only to see tests fail.</summary>
    internal IAcceptanceRule Rule { get; init; } = new LosslessRule();

    /// <summary>Answers a prompt.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="most">The most tokens of the answer.</param>
    /// <param name="stops">Tokens that end it; they are part of it.</param>
    /// <param name="onToken">Told each token as it comes; null: nobody.</param>
    public SpeculatedAnswer Answer(
        IReadOnlyList<int> prompt, int most, IReadOnlyCollection<int> stops,
        Action<int>? onToken = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(stops);
        List<int> tokens = [.. prompt];
        List<SpeculatedStep> steps = [];
        _target.Step([new StepEntry(prompt, 0, _blocks, true, null) { LogitRows = 1 }]);
        var isOver = Take(_chooser.Choose(_target.Logits(0)).Token);
        while (!isOver)
        {
            // The step itself gives one token more than are accepted.
            var room = Math.Min(_most, prompt.Count + most - tokens.Count - 1);
            var proposal = room > 0 ? _proposer.Propose(tokens, room) : Proposal.Empty;
            var first = tokens.Count;
            var (accepted, next) = Ask(tokens, proposal);
            steps.Add(new SpeculatedStep(proposal.Depth, accepted.Count));
            for (var i = 0; i < accepted.Count && !isOver; i++)
            {
                // A branch that stands moves to where the sequence goes on.
                if (accepted[i] != i)
                    _target.Move(_blocks, first + accepted[i], first + i);
                isOver = Take(proposal.Tokens[accepted[i]]);
            }
            if (!isOver) isOver = Take(next);
        }
        return new SpeculatedAnswer(tokens[prompt.Count..], steps, _most);

        bool Take(int token)
        {
            tokens.Add(token);
            onToken?.Invoke(token);
            return tokens.Count == prompt.Count + most || stops.Contains(token);
        }
    }

    /// <summary>One step over the last token and all that are proposed.</summary>
    /// <returns>Which are accepted, one after the other, and the token after them.</returns>
    private (List<int> Accepted, int Next) Ask(List<int> tokens, Proposal proposal)
    {
        int[] judged = [tokens[^1], .. proposal.Tokens];
        _target.Step(
        [
            new StepEntry(judged, tokens.Count - 1, _blocks, false, null)
            {
                LogitRows = judged.Length,
                Parents = proposal.Parents is { } parents
                    ? [-1, .. parents.Select(parent => parent + 1)]
                    : null,
            },
        ]);
        return Judge.Of(_chooser, Rule, proposal, _target, 0);
    }
}

/// <summary>A step that judged proposals.</summary>
/// <param name="Proposed">Tokens proposed, of a tree those of its longest branch.</param>
/// <param name="Accepted">Of them accepted, from the first on.</param>
public readonly record struct SpeculatedStep(int Proposed, int Accepted);

/// <summary>An answer and how well it was guessed.</summary>
/// <param name="Tokens">The answer.</param>
/// <param name="Steps">Steps of the model after the prompt's.</param>
/// <param name="Most">Most tokens proposed at a time.</param>
public sealed record SpeculatedAnswer(
    IReadOnlyList<int> Tokens, IReadOnlyList<SpeculatedStep> Steps, int Most)
{
    /// <summary>Mean accepted tokens of steps that judged any; null where none did.</summary>
    public double? MeanAccepted
    {
        get
        {
            var judged = Steps.Where(step => step.Proposed > 0).ToList();
            return judged.Count == 0 ? null : judged.Average(step => step.Accepted);
        }
    }

    /// <summary>
    /// For each place in a proposal: how many tokens stood there and how many were accepted.
    /// </summary>
    public IReadOnlyList<SpeculatedStep> ByPosition =>
    [
        .. Enumerable.Range(0, Most).Select(place => new SpeculatedStep(
            Steps.Count(step => step.Proposed > place),
            Steps.Count(step => step.Accepted > place))),
    ];
}
