using AccelSim.Configuration;
using AccelSim.Workloads;

namespace AccelSim.Serving;

/// <summary>Names the content of KV blocks by hashes chained to all that stands before.</summary>
/// <remarks>
/// Chained, so that equal blocks behind different prefixes differ, as their keys and values do.
/// 64 bits: ten million blocks collide with a probability below 1e-5.
/// </remarks>
internal sealed class PrefixKeys
{
    private readonly int _blockSize;
    private readonly int _hashBlockTokens;

    /// <param name="blockSize">Tokens in one KV block.</param>
    /// <param name="hashBlockTokens">Tokens that one key of the workload stands for.</param>
    /// <exception cref="ConfigException">Neither divides the other.</exception>
    public PrefixKeys(int blockSize, int hashBlockTokens)
    {
        if (blockSize % hashBlockTokens != 0 && hashBlockTokens % blockSize != 0)
        {
            throw new ConfigException("", 0, "--block-size",
                $"{blockSize} does not fit the workload's prefix keys, which stand for "
                + $"{hashBlockTokens} tokens each; choose a divisor or a multiple of that.");
        }
        _blockSize = blockSize;
        _hashBlockTokens = hashBlockTokens;
    }

    /// <summary>The chained hash of a block, or null where its content is not known.</summary>
    /// <param name="request">Whose block.</param>
    /// <param name="block">Index of the block, full of tokens.</param>
    /// <param name="chain">The hash of the block before; 0 at the start.</param>
    public ulong? HashOf(Request request, int block, ulong chain)
    {
        if (request.PrefixKeys is not { } keys) return null;
        var token = (long)block * _blockSize;
        var last = (token + _blockSize - 1) / _hashBlockTokens;
        var hash = chain;
        for (var unit = token / _hashBlockTokens; unit <= last; unit++)
        {
            long key;
            if (unit < keys.Count) key = keys[(int)unit];
            else if (request.OutputKey is { } output) key = ContentKeys.Mix(output, unit);
            else return null;
            hash = Chain(hash, key);
        }
        var place = token % _hashBlockTokens / _blockSize;
        return Chain(hash, place + 1);
    }

    private static ulong Chain(ulong hash, long key) =>
        unchecked((ulong)ContentKeys.Mix((long)hash, key));
}
