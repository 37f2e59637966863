namespace AccelSim.Inference.Tokenizers;

/// <summary>The pairs of tokens that become one, each with its turn.</summary>
/// <remarks>
/// Merging takes the pair with the earliest turn, the leftmost of equals, until none is left.
/// Candidates wait in a heap and neighbours are linked, so n symbols take O(n log n).
/// </remarks>
internal sealed class BpeMerges
{
    private readonly Dictionary<long, (int Turn, int Token)> pairs = [];

    /// <summary>Adds a pair behind all others; a pair that is there keeps its turn.</summary>
    public void Add(int left, int right, int token) =>
        pairs.TryAdd(Key(left, right), (pairs.Count, token));

    /// <summary>Merges symbols in place.</summary>
    public void Apply(List<int> symbols)
    {
        if (symbols.Count < 2) return;
        var next = new int[symbols.Count];
        var previous = new int[symbols.Count];
        var waiting = new PriorityQueue<(int At, int Left, int Right), long>();
        for (var i = 0; i < symbols.Count; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
            Offer(i);
        }
        while (waiting.TryDequeue(out var pair, out _))
        {
            var right = next[pair.At];
            // A symbol that was merged into its left neighbour is −1.
            if (right == symbols.Count || symbols[pair.At] != pair.Left
                || symbols[right] != pair.Right)
            {
                continue;
            }
            symbols[pair.At] = pairs[Key(pair.Left, pair.Right)].Token;
            symbols[right] = -1;
            next[pair.At] = next[right];
            if (next[right] < symbols.Count) previous[next[right]] = pair.At;
            if (previous[pair.At] >= 0) Offer(previous[pair.At]);
            Offer(pair.At);
        }
        symbols.RemoveAll(symbol => symbol < 0);

        void Offer(int at)
        {
            if (next[at] == symbols.Count) return;
            var (left, right) = (symbols[at], symbols[next[at]]);
            if (pairs.TryGetValue(Key(left, right), out var merge))
                waiting.Enqueue((at, left, right), ((long)merge.Turn << 32) | (uint)at);
        }
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
