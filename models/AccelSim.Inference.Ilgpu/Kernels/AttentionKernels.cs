using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>What an attention asks for.</summary>
internal struct Asked
{
    /// <summary>Rows of queries, keys and values.</summary>
    public ArrayView<float> Queries;

    /// <summary>Numbers of such a row.</summary>
    public int Stride;

    /// <summary>The rows that ask.</summary>
    public ArrayView<int> Rows;

    /// <summary>Facts of all rows.</summary>
    public ArrayView<int> Facts;

    /// <summary>Blocks of all sequences.</summary>
    public ArrayView<int> Tables;

    /// <summary>Query heads of one key/value head.</summary>
    public int Sharing;

    /// <summary>Tokens that a token sees, itself included; 0: all.</summary>
    public int Window;

    /// <summary>What scores are multiplied with.</summary>
    public float Scale;

    /// <summary>Receives a row each; or parts, where keys are split.</summary>
    public ArrayView<float> Outputs;

    /// <summary>Pieces that the keys of a row are cut into.</summary>
    public int Splits;

    /// <summary>The slot of a key.</summary>
    public readonly int Slot(int table, int key, int blockSize)
    {
        var block = key / blockSize;
        return Tables[table + block] * blockSize + (key - block * blockSize);
    }
}

/// <summary>Keys that a row sees.</summary>
internal struct Sight
{
    public int Table;
    public int From;
    public int End;
    public int Tree;
    public int MaskLow;
    public int MaskHigh;

    public static Sight Of(in Asked asked, int row)
    {
        var facts = row * RowFacts.Stride;
        var end = asked.Facts[facts + RowFacts.Place] + 1;
        var from = asked.Window > 0 && end > asked.Window ? end - asked.Window : 0;
        return new Sight
        {
            Table = asked.Facts[facts + RowFacts.Table],
            From = from,
            End = end,
            Tree = asked.Facts[facts + RowFacts.Tree],
            MaskLow = asked.Facts[facts + RowFacts.MaskLow],
            MaskHigh = asked.Facts[facts + RowFacts.MaskHigh],
        };
    }

    public readonly bool Sees(int key)
    {
        if (key >= End) return false;
        if (key < Tree) return true;
        var node = key - Tree;
        return ((node < 32 ? MaskLow >> node : MaskHigh >> (node - 32)) & 1) != 0;
    }
}

/// <summary>
/// Attention over the paged cache in one pass (Dao et al. 2022), a row and a head by a group; keys
/// of long contexts split among groups (Dao et al. 2023, Flash-Decoding).
/// </summary>
internal static class AttentionKernels
{
    private const int Chunk = Limits.GroupSize;

    /// <summary>
    /// One row, one query head, one piece of the keys. Grid: rows that ask, query heads, pieces.
    /// </summary>
    public static void Attend<N, R>(Cache cache, Asked asked)
        where N : struct, INumbers where R : struct, IReduction
    {
        var query = SharedMemory.Allocate1D<float>(Limits.HeadDim);
        var weights = SharedMemory.Allocate1D<float>(Chunk);
        var slots = SharedMemory.Allocate1D<int>(Chunk);
        var sums = SharedMemory.Allocate1D<float>(8 * Chunk);
        var row = asked.Rows[Grid.IdxX];
        var sight = Sight.Of(asked, row);
        var each = (sight.End - sight.From + asked.Splits - 1) / asked.Splits;
        var first = sight.From + Grid.IdxZ * each;
        var end = first + each < sight.End ? first + each : sight.End;
        var head = Grid.IdxY / asked.Sharing;
        LoadQuery(cache, asked, row, query.BaseView);
        var (part, own) = (Group.IdxX % cache.Parts, Group.IdxX / cache.Parts);
        var teams = Group.DimX / cache.Parts;
        var (largest, sum) = (float.NegativeInfinity, 0f);
        Eight output = default;
        for (var key = first; key < end; key += Group.DimX)
        {
            var mine = key + Group.IdxX;
            var score = float.NegativeInfinity;
            if (mine < end && sight.Sees(mine))
            {
                var slot = asked.Slot(sight.Table, mine, cache.BlockSize);
                slots[Group.IdxX] = slot;
                score = Score<N>(cache, query.BaseView, cache.Row(slot, head, 0));
            }
            var most = default(R).Max(score);
            if (most < largest) most = largest;
            // A piece whose keys are all hidden adds nothing.
            var weight = score == float.NegativeInfinity ? 0f : Bits.Exp(score - most);
            var shrink = largest == float.NegativeInfinity ? 0f : Bits.Exp(largest - most);
            weights[Group.IdxX] = weight;
            sum = sum * shrink + default(R).Sum(weight);
            largest = most;
            output = output.Times(shrink, 0f);
            if (own < teams)
                AddValues<N>(cache, slots.BaseView, weights.BaseView, head, part, own, teams,
                    end - key, ref output);
            Group.Barrier();
        }
        if (own < teams) output.Store(sums.BaseView, 8 * (own * cache.Parts + part));
        Group.Barrier();
        Finish(cache, asked, row, sums.BaseView, teams, largest, sum);
    }

    /// <summary>Puts the pieces of split keys together. Grid: rows that ask, query heads.
    /// </summary>
    public static void Combine(
        Asked asked, ArrayView<float> outputs, int headDim, int heads, int pieceStride)
    {
        var first = ((long)Grid.IdxX * heads + Grid.IdxY) * asked.Splits * pieceStride;
        var largest = float.NegativeInfinity;
        for (var split = 0; split < asked.Splits; split++)
        {
            var own = asked.Outputs[first + (long)split * pieceStride];
            if (own > largest) largest = own;
        }
        var row = (long)asked.Rows[Grid.IdxX] * heads * headDim + Grid.IdxY * headDim;
        for (var i = Group.IdxX; i < headDim; i += Group.DimX)
        {
            var (total, value) = (0f, 0f);
            for (var split = 0; split < asked.Splits; split++)
            {
                var piece = first + (long)split * pieceStride;
                if (asked.Outputs[piece] == float.NegativeInfinity) continue;
                var factor = Bits.Exp(asked.Outputs[piece] - largest);
                total += factor * asked.Outputs[piece + 1];
                value += factor * asked.Outputs[piece + 2 + i];
            }
            outputs[row + i] = value / total;
        }
    }

    private static void LoadQuery(
        in Cache cache, in Asked asked, int row, ArrayView<float> query)
    {
        var from = (long)row * asked.Stride + Grid.IdxY * cache.HeadDim;
        for (var i = Group.IdxX; i < 8 * cache.Parts; i += Group.DimX)
            query[i] = i < cache.HeadDim ? asked.Queries[from + i] * asked.Scale : 0f;
        Group.Barrier();
    }

    private static float Score<N>(in Cache cache, ArrayView<float> query, long row)
        where N : struct, INumbers
    {
        var score = 0f;
        for (var part = 0; part < cache.Parts; part++)
        {
            var key = default(N).Load(cache.Data, row * cache.Quads, part);
            var at = 8 * part;
            var own = new Eight
            {
                A = query[at], B = query[at + 1], C = query[at + 2], D = query[at + 3],
                E = query[at + 4], F = query[at + 5], G = query[at + 6], H = query[at + 7],
            };
            score = key.Dot(own, score);
        }
        return default(N).IsScaled ? score * cache.Scales[row] : score;
    }

    private static void AddValues<N>(
        in Cache cache, ArrayView<int> slots, ArrayView<float> weights, int head, int part,
        int own, int teams, int left, ref Eight output)
        where N : struct, INumbers
    {
        var keys = left < Group.DimX ? left : Group.DimX;
        for (var key = own; key < keys; key += teams)
        {
            var weight = weights[key];
            if (weight == 0f) continue;
            var row = cache.Row(slots[key], head, 1);
            if (default(N).IsScaled) weight *= cache.Scales[row];
            output = output.Plus(weight, default(N).Load(cache.Data, row * cache.Quads, part));
        }
    }

    private static void Finish(
        in Cache cache, in Asked asked, int row, ArrayView<float> sums, int teams,
        float largest, float sum)
    {
        var heads = Grid.DimY;
        var whole = asked.Splits == 1;
        var to = whole
            ? (long)row * heads * cache.HeadDim + Grid.IdxY * cache.HeadDim
            : (((long)Grid.IdxX * heads + Grid.IdxY) * asked.Splits + Grid.IdxZ)
                * (cache.HeadDim + 2) + 2;
        for (var i = Group.IdxX; i < cache.HeadDim; i += Group.DimX)
        {
            var value = 0f;
            for (var team = 0; team < teams; team++)
                value += sums[8 * team * cache.Parts + i];
            asked.Outputs[to + i] = whole ? value / sum : value;
        }
        if (whole || Group.IdxX != 0) return;
        asked.Outputs[to - 2] = largest;
        asked.Outputs[to - 1] = sum;
    }
}
