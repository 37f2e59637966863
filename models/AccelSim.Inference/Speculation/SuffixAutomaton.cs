namespace AccelSim.Inference.Speculation;

/// <summary>
/// The automaton of all runs of tokens in a text, grown token by token in constant time each
/// (Blumer et al. 1985): it knows the longest end of the text that stood in it before.
/// </summary>
public sealed class SuffixAutomaton
{
    private readonly List<State> _states = [new State(0, -1, -1, [])];
    private int _last;

    /// <summary>Tokens of the text.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a token at the end.</summary>
    public void Add(int token)
    {
        var fresh = New(_states[_last].Length + 1, -1, Count++, []);
        var at = _last;
        for (; at >= 0 && !_states[at].Next.ContainsKey(token); at = _states[at].Link)
            _states[at].Next[token] = fresh;
        _last = fresh;
        if (at < 0)
        {
            _states[fresh].Link = 0;
            return;
        }
        var next = _states[at].Next[token];
        if (_states[next].Length == _states[at].Length + 1)
        {
            _states[fresh].Link = next;
            return;
        }
        var old = _states[next];
        var copy = New(_states[at].Length + 1, old.Link, old.End, new(old.Next));
        for (; at >= 0 && _states[at].Next.GetValueOrDefault(token, -1) == next;
            at = _states[at].Link)
        {
            _states[at].Next[token] = copy;
        }
        old.Link = copy;
        _states[fresh].Link = copy;
    }

    /// <summary>The longest end of the text that stood in it before.</summary>
    /// <returns>Its length, 0 for none, and where its first occurrence ends.</returns>
    public (int Length, int End) Repeated()
    {
        var link = _states[_last].Link;
        return link <= 0 ? (0, -1) : (_states[link].Length, _states[link].End);
    }

    private int New(int length, int link, int end, Dictionary<int, int> next)
    {
        _states.Add(new State(length, link, end, next));
        return _states.Count - 1;
    }

    /// <summary>Runs that end at the same places.</summary>
    private sealed class State(int length, int link, int end, Dictionary<int, int> next)
    {
        public int Length => length;

        /// <summary>The state of the longest end of these runs that ends elsewhere, too.</summary>
        public int Link { get; set; } = link;

        /// <summary>Where they end first.</summary>
        public int End => end;

        public Dictionary<int, int> Next => next;
    }
}

/// <summary>
/// Proposes what followed the longest end of the sequence that stood in it before, however long
/// (as SAM decoding does, Hu et al. 2024).
/// </summary>
/// <param name="shortest">Shorter ends propose nothing.</param>
public sealed class SuffixProposer(int shortest = 2) : IProposer
{
    private SuffixAutomaton _automaton = new();
    private readonly List<int> _seen = [];

    /// <inheritdoc/>
    public string Name => "suffix";

    /// <inheritdoc/>
    public Proposal Propose(IReadOnlyList<int> tokens, int most)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (!tokens.Take(_seen.Count).SequenceEqual(_seen))
        {
            _automaton = new SuffixAutomaton();
            _seen.Clear();
        }
        foreach (var token in tokens.Skip(_seen.Count))
        {
            _automaton.Add(token);
            _seen.Add(token);
        }
        var (length, end) = _automaton.Repeated();
        return length < shortest
            ? Proposal.Empty
            : Proposal.Certain(Continuation.From(tokens, end + 1, most));
    }
}
