using AccelSim.Inference.Kernels;
using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>Keys and values of one layer, laid out as the processor's.</summary>
internal struct Cache
{
    public ArrayView<Quad> Data;
    public ArrayView<uint> Words;
    public ArrayView<float> Scales;

    /// <summary>Tokens of a block.</summary>
    public int BlockSize;

    /// <summary>Key/value heads.</summary>
    public int Heads;

    /// <summary>Numbers of a head.</summary>
    public int HeadDim;

    /// <summary>The same filled up to whole runs, in eights.</summary>
    public int Parts;

    /// <summary>Loads of 128 bits that make up a head.</summary>
    public int Quads;

    /// <summary>Heads of all tokens; values come after as many keys.</summary>
    public int Rows;

    public readonly long Row(int slot, int head, int value)
    {
        var block = slot / BlockSize;
        var row = ((long)block * Heads + head) * BlockSize + (slot - block * BlockSize);
        return value != 0 ? row + Rows : row;
    }
}

/// <summary>Writes keys and values in the cache's format.</summary>
internal static class CacheKernels
{
    private const float MostInt8 = 127f;
    private const float MostInt4 = 7f;

    /// <summary>
    /// Writes a head of a token. Grid: rows, key/value heads, keys and values.
    /// </summary>
    /// <param name="cache">The layer's cache.</param>
    /// <param name="kind">A <see cref="KvKind"/>.</param>
    /// <param name="qkv">Rows of queries, keys and values.</param>
    /// <param name="stride">Numbers of a row.</param>
    /// <param name="keys">Where keys start in a row.</param>
    /// <param name="facts">Of rows.</param>
    public static void Write<R>(
        Cache cache, int kind, ArrayView<float> qkv, int stride, int keys, ArrayView<int> facts)
        where R : struct, IReduction
    {
        var slot = facts[Grid.IdxX * RowFacts.Stride + RowFacts.Slot];
        var row = cache.Row(slot, Grid.IdxY, Grid.IdxZ);
        var from = (long)Grid.IdxX * stride + keys
            + (Grid.IdxZ * cache.Heads + Grid.IdxY) * cache.HeadDim;
        var head = qkv.SubView(from, cache.HeadDim);
        // In all formats: drivers' compilers do badly with barriers that are reached at times.
        var largest = 0f;
        for (var i = Group.IdxX; i < cache.HeadDim; i += Group.DimX)
        {
            var size = head[i] < 0f ? -head[i] : head[i];
            if (size > largest) largest = size;
        }
        var scale = default(R).Max(largest) / (kind == (int)KvKind.Int8 ? MostInt8 : MostInt4);
        var inverse = scale > 0f ? 1f / scale : 0f;
        var scaled = kind == (int)KvKind.Int8 || kind == (int)KvKind.Int4;
        if (scaled && Group.IdxX == 0) cache.Scales[row] = scale;
        var word = row * cache.Quads * 4;
        for (var i = Group.IdxX; i < cache.Quads * 4; i += Group.DimX)
        {
            cache.Words[word + i] = kind == (int)KvKind.Int8 ? Int8(head, 4 * i, inverse)
                : kind == (int)KvKind.Int4 ? Int4(head, i, inverse)
                : Plain(head, kind, i);
        }
    }

    /// <summary>Copies a token to another slot. Grid: key/value heads, keys and values.</summary>
    public static void Move(Cache cache, int scaled, int from, int to)
    {
        var source = cache.Row(from, Grid.IdxX, Grid.IdxY);
        var target = cache.Row(to, Grid.IdxX, Grid.IdxY);
        for (var i = Group.IdxX; i < cache.Quads; i += Group.DimX)
            cache.Data[target * cache.Quads + i] = cache.Data[source * cache.Quads + i];
        if (scaled != 0 && Group.IdxX == 0) cache.Scales[target] = cache.Scales[source];
    }

    private static uint Plain(ArrayView<float> head, int kind, int word)
    {
        if (kind == (int)KvKind.F32) return Interop.FloatAsInt(At(head, word));
        var (low, high) = (At(head, 2 * word), At(head, 2 * word + 1));
        return kind == (int)KvKind.Bf16
            ? Bits.ToBf16(low) | (Bits.ToBf16(high) << 16)
            : Bits.ToHalf(low) | (Bits.ToHalf(high) << 16);
    }

    /// <summary>Four numbers from a place on, as whole ones in a word.</summary>
    internal static uint Int8(ArrayView<float> head, int at, float inverse) =>
        (Bits.ToWhole(At(head, at) * inverse) & 0xFF)
        | ((Bits.ToWhole(At(head, at + 1) * inverse) & 0xFF) << 8)
        | ((Bits.ToWhole(At(head, at + 2) * inverse) & 0xFF) << 16)
        | ((Bits.ToWhole(At(head, at + 3) * inverse) & 0xFF) << 24);

    private static uint Int4(ArrayView<float> head, int word, float inverse)
    {
        // Four bytes of sixteen, each with a number of the first half and one of the second.
        var at = word / 4 * 32 + word % 4 * 4;
        return Byte(head, at, inverse) | (Byte(head, at + 1, inverse) << 8)
            | (Byte(head, at + 2, inverse) << 16) | (Byte(head, at + 3, inverse) << 24);
    }

    private static uint Byte(ArrayView<float> head, int at, float inverse) =>
        ((Bits.ToWhole(At(head, at) * inverse) + 8) & 0xF)
        | (((Bits.ToWhole(At(head, at + 16) * inverse) + 8) & 0xF) << 4);

    private static float At(ArrayView<float> head, int index) =>
        index < head.IntLength ? head[index] : 0f;
}
