using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>
/// Attention of prompts on matrix units (Dao et al. 2022): 64 rows of a sequence and one head by a
/// group of four warps, 32 keys at a time through memory that the group shares.
/// </summary>
internal static class FlashKernel
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 128;

    /// <summary>Rows of a group.</summary>
    public const int Rows = 64;

    /// <summary>Most numbers of a head.</summary>
    public const int MostDim = 128;

    private const int Keys = 32;
    private const int WarpRows = 16;
    private const int MostParts = MostDim / 8;

    // Four more than there are keep rows out of each other's banks.
    private const int Gap = 4;

    /// <summary>Grid: tiles, query heads.</summary>
    /// <param name="cache">The layer's cache.</param>
    /// <param name="asked">Rows are named by the tiles.</param>
    /// <param name="tiles">First row and number of rows of each tile.</param>
    public static void Attend<N, U>(Cache cache, Asked asked, ArrayView<int> tiles)
        where N : struct, INumbers where U : struct, IMatrixUnit
    {
        var queries = SharedMemory.Allocate1D<Quad>(Rows * (MostParts + Gap));
        var keys = SharedMemory.Allocate1D<Quad>(Keys * (MostParts + Gap));
        var values = SharedMemory.Allocate1D<Quad>(MostDim * 4);
        var (row, count) = (tiles[2 * Grid.IdxX], tiles[2 * Grid.IdxX + 1]);
        var sight = Sight.Of(asked, row);
        var place = sight.End - 1;
        var end = place + count;
        var tile = new FlashTile
        {
            Stride = cache.Parts + Gap,
            Lane = Group.IdxX & (WarpTeam.Size - 1),
            Warp = Group.IdxX / WarpTeam.Size,
            Place = place,
            Window = asked.Window > 0 ? asked.Window : int.MaxValue,
        };
        LoadQueries<U>(cache, asked, row, count, queries.BaseView);
        FlashSums sums = default;
        sums.Begin();
        for (var key = sight.From; key < end; key += Keys)
        {
            Group.Barrier();
            LoadKeys<N, U>(cache, asked, sight.Table, key, end, keys.BaseView);
            LoadValues<N, U>(
                cache, asked, sight.Table, key, end, values.BaseView.Cast<uint>());
            Group.Barrier();
            // Warps whose rows come before all these keys wait.
            if (key > place + WarpRows * (tile.Warp + 1) - 1) continue;
            tile.Add<U>(
                ref sums, cache.Parts, queries.BaseView, keys.BaseView, values.BaseView, key);
        }
        sums.End();
        Write(cache, asked, row, count, tile, sums);
    }

    private static void LoadQueries<U>(
        in Cache cache, in Asked asked, int row, int count, ArrayView<Quad> to)
        where U : struct, IMatrixUnit
    {
        for (var i = Group.IdxX; i < Rows * cache.Parts; i += Group.DimX)
        {
            var (own, part) = (i / cache.Parts, i % cache.Parts);
            Eight values = default;
            if (own < count)
            {
                var from = (long)(row + own) * asked.Stride + Grid.IdxY * cache.HeadDim;
                var at = 8 * part;
                values.A = At(cache, asked, from, at);
                values.B = At(cache, asked, from, at + 1);
                values.C = At(cache, asked, from, at + 2);
                values.D = At(cache, asked, from, at + 3);
                values.E = At(cache, asked, from, at + 4);
                values.F = At(cache, asked, from, at + 5);
                values.G = At(cache, asked, from, at + 6);
                values.H = At(cache, asked, from, at + 7);
            }
            to[own * (cache.Parts + Gap) + part] = Packed.Of<U>(values.Times(asked.Scale, 0f));
        }
    }

    private static float At(in Cache cache, in Asked asked, long from, int at) =>
        at < cache.HeadDim ? asked.Queries[from + at] : 0f;

    private static void LoadKeys<N, U>(
        in Cache cache, in Asked asked, int table, int key, int end, ArrayView<Quad> to)
        where N : struct, INumbers where U : struct, IMatrixUnit
    {
        for (var i = Group.IdxX; i < Keys * cache.Parts; i += Group.DimX)
        {
            var (own, part) = (i / cache.Parts, i % cache.Parts);
            to[own * (cache.Parts + Gap) + part] = Packed.Of<U>(
                Read<N>(cache, asked, table, key + own, end, part, 0));
        }
    }

    /// <summary>
    /// Two keys' values in a word, as the units want them: a quad has, for one number, the pairs of
    /// keys 2 t, 2 t + 8, 2 t + 16 and 2 t + 24.
    /// </summary>
    private static void LoadValues<N, U>(
        in Cache cache, in Asked asked, int table, int key, int end, ArrayView<uint> to)
        where N : struct, INumbers where U : struct, IMatrixUnit
    {
        var unit = default(U);
        for (var i = Group.IdxX; i < Keys / 2 * cache.Parts; i += Group.DimX)
        {
            var (pair, part) = (i / cache.Parts, i % cache.Parts);
            var first = Read<N>(cache, asked, table, key + 2 * pair, end, part, 1);
            var second = Read<N>(cache, asked, table, key + 2 * pair + 1, end, part, 1);
            var at = 16 * 8 * part + 4 * (pair & 3) + (pair >> 2);
            to[at] = unit.Pair(first.A, second.A);
            to[at + 16] = unit.Pair(first.B, second.B);
            to[at + 32] = unit.Pair(first.C, second.C);
            to[at + 48] = unit.Pair(first.D, second.D);
            to[at + 64] = unit.Pair(first.E, second.E);
            to[at + 80] = unit.Pair(first.F, second.F);
            to[at + 96] = unit.Pair(first.G, second.G);
            to[at + 112] = unit.Pair(first.H, second.H);
        }
    }

    private static Eight Read<N>(
        in Cache cache, in Asked asked, int table, int key, int end, int part, int value)
        where N : struct, INumbers
    {
        if (key >= end) return default;
        var row = cache.Row(
            asked.Slot(table, key, cache.BlockSize), Grid.IdxY / asked.Sharing, value);
        var numbers = default(N).Load(cache.Data, row * cache.Quads, part);
        return default(N).IsScaled ? numbers.Times(cache.Scales[row], 0f) : numbers;
    }

    private static void Write(
        in Cache cache, in Asked asked, int row, int count, in FlashTile tile,
        in FlashSums sums)
    {
        var low = WarpRows * tile.Warp + (tile.Lane >> 2);
        var width = Grid.DimY * cache.HeadDim;
        var output = new FlashOutput
        {
            To = asked.Outputs,
            Low = (long)(row + low) * width + Grid.IdxY * cache.HeadDim,
            High = (long)(row + low + 8) * width + Grid.IdxY * cache.HeadDim,
            HasLow = low < count ? 1 : 0,
            HasHigh = low + 8 < count ? 1 : 0,
            Dim = cache.HeadDim,
            LowFactor = 1f / sums.LowSum,
            HighFactor = 1f / sums.HighSum,
        };
        var column = 2 * (tile.Lane & 3);
        output.Put(sums.A, column);
        output.Put(sums.B, column + 32);
        output.Put(sums.C, column + 64);
        output.Put(sums.D, column + 96);
    }
}

/// <summary>Where a lane works.</summary>
internal struct FlashTile
{
    public int Stride;
    public int Lane;
    public int Warp;

    /// <summary>The place of the tile's first row in its sequence.</summary>
    public int Place;

    /// <summary>Tokens that a token sees, itself included.</summary>
    public int Window;

    /// <summary>Adds 32 keys; all lanes of a warp call.</summary>
    public readonly void Add<U>(
        ref FlashSums sums, int parts, ArrayView<Quad> queries, ArrayView<Quad> keys,
        ArrayView<Quad> values, int key)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        var (g, t) = (Lane >> 2, Lane & 3);
        FourTiles scores = default;
        var low = (16 * Warp + g) * Stride + t;
        for (var part = 0; part < parts; part += 4)
        {
            var (a, b) = (queries[low + part], queries[low + 8 * Stride + part]);
            var own = g * Stride + part + t;
            Step<U>(ref scores.A, a, b, keys[own]);
            Step<U>(ref scores.B, a, b, keys[own + 8 * Stride]);
            Step<U>(ref scores.C, a, b, keys[own + 16 * Stride]);
            Step<U>(ref scores.D, a, b, keys[own + 24 * Stride]);
        }
        var place = Place + 16 * Warp + g;
        Hide(ref scores.A, place, key + 2 * t);
        Hide(ref scores.B, place, key + 8 + 2 * t);
        Hide(ref scores.C, place, key + 16 + 2 * t);
        Hide(ref scores.D, place, key + 24 + 2 * t);
        sums.Soften(ref scores);
        var first = new Quad
        {
            X = unit.Pair(scores.A.A, scores.A.B), Y = unit.Pair(scores.A.C, scores.A.D),
            Z = unit.Pair(scores.B.A, scores.B.B), W = unit.Pair(scores.B.C, scores.B.D),
        };
        var second = new Quad
        {
            X = unit.Pair(scores.C.A, scores.C.B), Y = unit.Pair(scores.C.C, scores.C.D),
            Z = unit.Pair(scores.D.A, scores.D.B), W = unit.Pair(scores.D.C, scores.D.D),
        };
        var at = 4 * g + t;
        sums.A.Add<U>(first, second, values, at);
        if (parts > 4) sums.B.Add<U>(first, second, values, at + 4 * 32);
        if (parts > 8) sums.C.Add<U>(first, second, values, at + 4 * 64);
        if (parts > 12) sums.D.Add<U>(first, second, values, at + 4 * 96);
    }

    private static void Step<U>(ref Four sum, in Quad low, in Quad high, in Quad key)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        unit.Multiply(ref sum, low.X, high.X, low.Y, high.Y, key.X, key.Y);
        unit.Multiply(ref sum, low.Z, high.Z, low.W, high.W, key.Z, key.W);
    }

    private readonly void Hide(ref Four scores, int place, int key)
    {
        scores.A = Seen(scores.A, place, key);
        scores.B = Seen(scores.B, place, key + 1);
        scores.C = Seen(scores.C, place + 8, key);
        scores.D = Seen(scores.D, place + 8, key + 1);
    }

    private readonly float Seen(float score, int place, int key) =>
        key <= place && place - key < Window ? score : float.NegativeInfinity;
}

/// <summary>Four eights of columns of a lane's two rows.</summary>
internal struct FourTiles
{
    public Four A;
    public Four B;
    public Four C;
    public Four D;

    /// <summary>Adds weights times values of 32 numbers.</summary>
    public void Add<U>(in Quad first, in Quad second, ArrayView<Quad> values, int at)
        where U : struct, IMatrixUnit
    {
        Step<U>(ref A, first, second, values[at]);
        Step<U>(ref B, first, second, values[at + 4 * 8]);
        Step<U>(ref C, first, second, values[at + 4 * 16]);
        Step<U>(ref D, first, second, values[at + 4 * 24]);
    }

    /// <summary>Multiplies the first row's numbers, and the second's.</summary>
    public void Shrink(float low, float high)
    {
        Shrink(ref A, low, high);
        Shrink(ref B, low, high);
        Shrink(ref C, low, high);
        Shrink(ref D, low, high);
    }

    private static void Shrink(ref Four own, float low, float high)
    {
        own.A *= low;
        own.B *= low;
        own.C *= high;
        own.D *= high;
    }

    private static void Step<U>(ref Four sum, in Quad first, in Quad second, in Quad value)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        unit.Multiply(ref sum, first.X, first.Y, first.Z, first.W, value.X, value.Y);
        unit.Multiply(ref sum, second.X, second.Y, second.Z, second.W, value.Z, value.W);
    }
}

/// <summary>A lane's part of outputs, and what its two rows' softmax knows so far.</summary>
internal struct FlashSums
{
    public FourTiles A;
    public FourTiles B;
    public FourTiles C;
    public FourTiles D;
    public float LowSum;
    public float HighSum;
    private float _low;
    private float _high;

    public void Begin()
    {
        _low = float.NegativeInfinity;
        _high = float.NegativeInfinity;
    }

    /// <summary>Makes weights of scores, and shrinks what came before.</summary>
    public void Soften(ref FourTiles scores)
    {
        var low = Largest(Most(scores.A.A, scores.A.B, scores.B.A, scores.B.B),
            Most(scores.C.A, scores.C.B, scores.D.A, scores.D.B), _low);
        var high = Largest(Most(scores.A.C, scores.A.D, scores.B.C, scores.B.D),
            Most(scores.C.C, scores.C.D, scores.D.C, scores.D.D), _high);
        var (first, second) = (Factor(_low, low), Factor(_high, high));
        (_low, _high) = (low, high);
        LowSum *= first;
        HighSum *= second;
        Weigh(ref scores.A);
        Weigh(ref scores.B);
        Weigh(ref scores.C);
        Weigh(ref scores.D);
        A.Shrink(first, second);
        B.Shrink(first, second);
        C.Shrink(first, second);
        D.Shrink(first, second);
    }

    /// <summary>Puts together the sums of the four lanes that share rows.</summary>
    public void End()
    {
        LowSum += Warp.ShuffleXor(LowSum, 1);
        LowSum += Warp.ShuffleXor(LowSum, 2);
        HighSum += Warp.ShuffleXor(HighSum, 1);
        HighSum += Warp.ShuffleXor(HighSum, 2);
    }

    private void Weigh(ref Four scores)
    {
        scores.A = Factor(scores.A, _low);
        scores.B = Factor(scores.B, _low);
        scores.C = Factor(scores.C, _high);
        scores.D = Factor(scores.D, _high);
        LowSum += scores.A + scores.B;
        HighSum += scores.C + scores.D;
    }

    private static float Factor(float score, float largest) =>
        score == float.NegativeInfinity ? 0f : Bits.Exp(score - largest);

    private static float Largest(float a, float b, float before)
    {
        var largest = a > b ? a : b;
        var other = Warp.ShuffleXor(largest, 1);
        if (other > largest) largest = other;
        other = Warp.ShuffleXor(largest, 2);
        if (other > largest) largest = other;
        return before > largest ? before : largest;
    }

    private static float Most(float a, float b, float c, float d)
    {
        if (b > a) a = b;
        if (d > c) c = d;
        return a > c ? a : c;
    }
}

/// <summary>Where a lane's two rows of outputs go.</summary>
internal struct FlashOutput
{
    public ArrayView<float> To;
    public long Low;
    public long High;
    public int HasLow;
    public int HasHigh;
    public int Dim;
    public float LowFactor;
    public float HighFactor;

    public readonly void Put(in FourTiles tiles, int column)
    {
        Put(tiles.A, column);
        Put(tiles.B, column + 8);
        Put(tiles.C, column + 16);
        Put(tiles.D, column + 24);
    }

    private readonly void Put(in Four own, int column)
    {
        if (column < Dim && HasLow != 0) To[Low + column] = own.A * LowFactor;
        if (column + 1 < Dim && HasLow != 0) To[Low + column + 1] = own.B * LowFactor;
        if (column < Dim && HasHigh != 0) To[High + column] = own.C * HighFactor;
        if (column + 1 < Dim && HasHigh != 0) To[High + column + 1] = own.D * HighFactor;
    }
}
