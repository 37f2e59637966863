using System.Diagnostics;

namespace AccelSim.Serving;

/// <summary>
/// The paged KV cache of one engine: how many blocks are free, and who shares which.
/// </summary>
/// <remarks>
/// Mirrors vLLM V1's block pool. Free blocks form one queue in order of release; a block whose
/// content is known stays findable until it reaches the head of the queue and is taken.
/// Blocks nobody can ever find again are kept as runs, not one by one.
/// </remarks>
internal sealed class KvCache
{
    private readonly int _blockSize;
    private readonly BlockQueue? _queue;
    private readonly Dictionary<ulong, int> _byHash = [];
    private readonly PrefixKeys? _keys;

    /// <param name="totalBlocks">Blocks of the cache.</param>
    /// <param name="blockSize">Tokens in one block.</param>
    /// <param name="keys">How to name content; null switches prefix caching off.</param>
    public KvCache(long totalBlocks, int blockSize, PrefixKeys? keys)
    {
        TotalBlocks = totalBlocks;
        Free = totalBlocks;
        _blockSize = blockSize;
        _keys = keys;
        if (keys is null) return;
        _queue = new BlockQueue();
        _queue.AppendRun(totalBlocks);
    }

    /// <summary>Blocks of the cache.</summary>
    public long TotalBlocks { get; }

    /// <summary>Blocks that can be taken: unused, or used by nobody now.</summary>
    public long Free { get; private set; }

    /// <summary>Blocks in use.</summary>
    public long Used => TotalBlocks - Free;

    /// <summary>Blocks that so many tokens take.</summary>
    public long BlocksFor(long tokens) => (tokens + _blockSize - 1) / _blockSize;

    /// <summary>Takes blocks whose content is not known yet.</summary>
    public void Take(long count)
    {
        Debug.Assert(count <= Free);
        Free -= count;
        if (_queue is null) return;
        while (count > 0)
        {
            var (taken, hash) = _queue.TakeFromHead(count);
            if (hash is { } known) _byHash.Remove(known);
            count -= taken;
        }
    }

    /// <summary>
    /// Finds the longest known prefix of a sequence's tokens, the last token never included.
    /// </summary>
    /// <param name="sequence">The sequence; holds nothing yet.</param>
    /// <param name="found">Receives the blocks, in order.</param>
    /// <param name="chain">Receives the hash of all of them.</param>
    /// <returns>How many of the found blocks nobody uses, so that they count as free now.</returns>
    public int Find(Sequence sequence, List<int> found, out ulong chain)
    {
        found.Clear();
        chain = 0;
        if (_keys is null || _queue is null) return 0;
        var idle = 0;
        var limit = (sequence.KnownTokens - 1) / _blockSize;
        for (var block = 0; block < limit; block++)
        {
            if (_keys.HashOf(sequence.Request, block, chain) is not { } hash) break;
            if (!_byHash.TryGetValue(hash, out var node)) break;
            chain = hash;
            found.Add(node);
            if (!_queue.InUse(node)) idle++;
        }
        return idle;
    }

    /// <summary>The tokens of a request's prompt that are in the cache, for routers.</summary>
    public int CachedTokens(Sequence sequence, List<int> scratch)
    {
        Find(sequence, scratch, out _);
        return scratch.Count * _blockSize;
    }

    /// <summary>Blocks that a sequence begins with and so many sequences use.</summary>
    public int CommonBlocks(Sequence sequence, int users)
    {
        var blocks = sequence.CachedBlocks;
        var common = 0;
        while (common < blocks?.Count && _queue!.Users(blocks[common]) == users) common++;
        return common;
    }

    /// <summary>Gives found blocks to a sequence.</summary>
    public void Share(Sequence sequence, List<int> found, ulong chain)
    {
        if (found.Count == 0) return;
        sequence.CachedBlocks = [.. found];
        sequence.ChainHash = chain;
        foreach (var node in found)
        {
            if (_queue!.Acquire(node)) Free--;
        }
        sequence.Blocks = found.Count;
        sequence.Computed = found.Count * _blockSize;
    }

    /// <summary>Makes the blocks that a sequence has filled findable.</summary>
    public void Publish(Sequence sequence)
    {
        if (_keys is null || _queue is null) return;
        var full = sequence.Computed / _blockSize;
        for (var block = sequence.CachedBlocks?.Count ?? 0; block < full; block++)
        {
            if (_keys.HashOf(sequence.Request, block, sequence.ChainHash) is not { } hash) return;
            if (_byHash.TryGetValue(hash, out var twin))
            {
                // Somebody computed the same text meanwhile: use theirs, give ours back.
                if (_queue.Acquire(twin)) Free--;
                _queue.AppendRun(1);
                Free++;
            }
            else
            {
                twin = _queue.NewInUse(hash);
                _byHash[hash] = twin;
            }
            (sequence.CachedBlocks ??= []).Add(twin);
            sequence.ChainHash = hash;
        }
    }

    /// <summary>Takes back all blocks of a sequence, the last first, as vLLM does.</summary>
    public void Release(Sequence sequence)
    {
        var cached = sequence.CachedBlocks;
        var unknown = sequence.Blocks - (cached?.Count ?? 0);
        Free += unknown;
        _queue?.AppendRun(unknown);
        for (var i = (cached?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (_queue!.Release(cached![i])) Free++;
        }
        sequence.CachedBlocks = null;
        sequence.ChainHash = 0;
        sequence.Blocks = 0;
        if (Free > TotalBlocks)
        {
            throw new ConservationException(
                $"KV blocks: {Free} are free of {TotalBlocks}; request "
                + $"{sequence.Request.Id} gave back more than it held.");
        }
    }
}
