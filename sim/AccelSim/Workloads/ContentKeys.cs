namespace AccelSim.Workloads;

/// <summary>Names for pieces of text that nobody has to store.</summary>
/// <remarks>
/// A content key stands for one block of text (<see cref="Workload.HashBlockTokens"/> tokens).
/// Block j of a conversation has the key <c>Mix(sessionKey, j)</c>, whether a user or the model
/// wrote it, and block j inside a shared prefix has <c>Mix(prefixKey, j)</c>. So a later turn
/// carries the very keys that the cache gave the earlier turn's prompt and answer
/// (<see cref="Request.OutputKey"/> is the session key). The KV cache uses the same function.
/// </remarks>
public static class ContentKeys
{
    /// <summary>The key of block <paramref name="index"/> of the text named by a key.</summary>
    /// <remarks>
    /// SplitMix64's finaliser (Steele, Lea and Flood, OOPSLA 2014) over both words.
    /// </remarks>
    public static long Mix(long key, long index) => unchecked((long)Finish(
        Finish((ulong)key + 0x9E3779B97F4A7C15UL) + (ulong)index * 0xD1B54A32D192ED03UL));

    /// <summary>A key for a name, the same on every machine.</summary>
    /// <remarks>FNV-1a over UTF-16 code units, then mixed.</remarks>
    public static long Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        unchecked
        {
            var hash = 0xCBF29CE484222325UL;
            foreach (var character in name)
                hash = (hash ^ character) * 0x100000001B3UL;
            return (long)Finish(hash);
        }
    }

    /// <summary>The keys of a prompt: a shared prefix, then a text of its own.</summary>
    /// <param name="prefixKey">Names the shared prefix.</param>
    /// <param name="prefixTokens">Its length; only blocks that lie wholly in it are shared.</param>
    /// <param name="ownKey">Names the rest (a session, or this one request).</param>
    /// <param name="promptTokens">Length of the prompt, prefix included.</param>
    /// <param name="blockTokens">Tokens per key.</param>
    /// <returns>⌈promptTokens / blockTokens⌉ keys, computed when read, so a list costs 48 bytes.
    /// The last may name a block that the prompt fills in part.</returns>
    public static IReadOnlyList<long> Prompt(
        long prefixKey, int prefixTokens, long ownKey, int promptTokens, int blockTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(promptTokens, prefixTokens);
        var blocks = (int)(((long)promptTokens + blockTokens - 1) / blockTokens);
        return new DerivedKeys(prefixKey, prefixTokens / blockTokens, ownKey, blocks);
    }

    private static ulong Finish(ulong x)
    {
        unchecked
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return x ^ (x >> 31);
        }
    }

    private sealed class DerivedKeys(long prefixKey, int prefixBlocks, long ownKey, int count)
        : IReadOnlyList<long>
    {
        public int Count => count;

        public long this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count);
                return Mix(index < prefixBlocks ? prefixKey : ownKey, index);
            }
        }

        public IEnumerator<long> GetEnumerator()
        {
            for (var i = 0; i < count; i++)
                yield return this[i];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() =>
            GetEnumerator();
    }
}
