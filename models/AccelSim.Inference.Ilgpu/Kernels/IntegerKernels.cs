using ILGPU;
using ILGPU.Runtime.Cuda;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>
/// y = x · Wᵀ + b where both are int8 (W8A8): rows of x get a scale each, products and sums are
/// those of whole numbers, and scales come at the end.
/// </summary>
internal static class IntegerKernels
{
    private const float Most = 127f;
    private const int TileRows = 4 * LinearKernels.MostSide;
    private const int TileQuads = 2;
    private const int TileStride = IntegerPlace.Stride;

    /// <summary>
    /// Rounds rows of fp32 to whole numbers from −127 to 127, filled up with zeros. Grid: rows.
    /// </summary>
    /// <param name="from">Rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="to">Receives rows, four numbers a word.</param>
    /// <param name="words">Words of a row.</param>
    /// <param name="scales">Receives what a row's numbers are multiplied with.</param>
    public static void Round<R>(
        ArrayView<float> from, int width, ArrayView<uint> to, int words, ArrayView<float> scales)
        where R : struct, IReduction
    {
        var row = from.SubView((long)Grid.IdxX * width, width);
        var largest = 0f;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var size = row[i] < 0f ? -row[i] : row[i];
            if (size > largest) largest = size;
        }
        var scale = default(R).Max(largest) / Most;
        var inverse = scale > 0f ? 1f / scale : 0f;
        if (Group.IdxX == 0) scales[Grid.IdxX] = scale;
        for (var i = Group.IdxX; i < words; i += Group.DimX)
            to[(long)Grid.IdxX * words + i] = CacheKernels.Int8(row, 4 * i, inverse);
    }

    /// <summary>
    /// One row of inputs with four outputs by a team. Grid: teams, rows of inputs.
    /// </summary>
    public static void Dot<T, U>(WeightView weights, Sides sides)
        where T : struct, ITeam where U : struct, IByteUnit
    {
        var team = default(T);
        var first = team.Index * LinearKernels.VectorRows;
        if (first >= weights.Rows) return;
        var token = Grid.IdxY;
        var matrix = (sides.ExpertCount == 0 ? 0 : sides.Experts[token]) * (long)weights.Rows;
        var last = weights.Rows - 1;
        var a = (matrix + first) * weights.Quads;
        var b = (matrix + (first + 1 < last ? first + 1 : last)) * weights.Quads;
        var c = (matrix + (first + 2 < last ? first + 2 : last)) * weights.Quads;
        var d = (matrix + (first + 3 < last ? first + 3 : last)) * weights.Quads;
        var input = (long)token * sides.InputQuads;
        WholeFour sum = default;
        for (var quad = team.Lane; quad < weights.Quads; quad += team.Lanes)
        {
            var x = sides.Inputs[input + quad];
            sum.A = Bytes.Dot<U>(sum.A, weights.Data[a + quad], x);
            sum.B = Bytes.Dot<U>(sum.B, weights.Data[b + quad], x);
            sum.C = Bytes.Dot<U>(sum.C, weights.Data[c + quad], x);
            sum.D = Bytes.Dot<U>(sum.D, weights.Data[d + quad], x);
        }
        // Whole numbers: sums of fp32 would round them.
        sum.A = team.Sum(sum.A);
        sum.B = team.Sum(sum.B);
        sum.C = team.Sum(sum.C);
        sum.D = team.Sum(sum.D);
        if (team.Lane == 0) Write(weights, sides, matrix, token, first, sum);
    }

    /// <summary>
    /// A tile of outputs by a group, 32 inputs at a time through memory that the group shares.
    /// Grid: tiles of outputs, tiles of rows (of all experts).
    /// </summary>
    /// <param name="weights">The matrices.</param>
    /// <param name="sides">Rows and outputs; of experts their first rows.</param>
    /// <param name="side">Threads along a side of the tile; the group has as many squared.</param>
    public static void Tile<U>(WeightView weights, Sides sides, int side)
        where U : struct, IByteUnit
    {
        var left = SharedMemory.Allocate1D<uint>(TileRows * TileStride);
        var right = SharedMemory.Allocate1D<uint>(TileRows * TileStride);
        var tile = 4 * side;
        var span = RowSpan.Find(sides, Grid.IdxY, tile);
        // Not left early: drivers' compilers do badly with barriers that are reached at times.
        var quads = span.Count > 0 ? weights.Quads : 0;
        var output = Grid.IdxX * tile;
        var matrix = (long)span.Expert * weights.Rows;
        var place = new IntegerPlace
        {
            Weights = 4 * (Group.IdxX / side) * TileStride,
            Inputs = 4 * (Group.IdxX % side) * TileStride,
        };
        WholeSquare sum = default;
        for (var quad = 0; quad < quads; quad += TileQuads)
        {
            for (var i = Group.IdxX; i < tile * TileQuads; i += Group.DimX)
            {
                var (row, at) = (i / TileQuads, i % TileQuads);
                var own = output + row < weights.Rows ? output + row : weights.Rows - 1;
                Bytes.Store(
                    weights.Data[(matrix + own) * weights.Quads + quad + at],
                    left.BaseView, row * TileStride + 4 * at);
                var token = span.First + (row < span.Count ? row : span.Count - 1);
                Bytes.Store(
                    sides.Inputs[(long)token * sides.InputQuads + quad + at],
                    right.BaseView, row * TileStride + 4 * at);
            }
            Group.Barrier();
            for (var k = 0; k < 4 * TileQuads; k++) place.Add<U>(ref sum, left, right, k);
            Group.Barrier();
        }
        var column = output + 4 * (Group.IdxX / side);
        var first = 4 * (Group.IdxX % side);
        WriteRow(weights, sides, span, first, column, sum.A);
        WriteRow(weights, sides, span, first + 1, column, sum.B);
        WriteRow(weights, sides, span, first + 2, column, sum.C);
        WriteRow(weights, sides, span, first + 3, column, sum.D);
    }

    private static void WriteRow(
        in WeightView weights, in Sides sides, in RowSpan span, int row, int output,
        in WholeFour sums)
    {
        if (row >= span.Count) return;
        var matrix = (long)span.Expert * weights.Rows;
        Write(weights, sides, matrix, span.First + row, output, sums);
    }

    private static void Write(
        in WeightView weights, in Sides sides, long matrix, int token, int output,
        in WholeFour sums)
    {
        One(weights, sides, matrix, token, output, sums.A);
        One(weights, sides, matrix, token, output + 1, sums.B);
        One(weights, sides, matrix, token, output + 2, sums.C);
        One(weights, sides, matrix, token, output + 3, sums.D);
    }

    private static void One(
        in WeightView weights, in Sides sides, long matrix, int token, int output, int sum)
    {
        if (output >= weights.Rows) return;
        sides.Write(
            token, output, sum * weights.Scales[matrix + output] * sides.InputScales[token]);
    }
}

/// <summary>Four whole numbers.</summary>
internal struct WholeFour
{
    public int A;
    public int B;
    public int C;
    public int D;
}

/// <summary>Four by four sums: a row per input row.</summary>
internal struct WholeSquare
{
    public WholeFour A;
    public WholeFour B;
    public WholeFour C;
    public WholeFour D;
}

/// <summary>Where a thread reads in the tiles.</summary>
internal struct IntegerPlace
{
    /// <summary>Words from a row to the next; odd, so that rows lie in different banks.</summary>
    public const int Stride = 9;

    public int Weights;
    public int Inputs;

    public readonly void Add<U>(
        ref WholeSquare sum, ArrayView<uint> left, ArrayView<uint> right, int k)
        where U : struct, IByteUnit
    {
        var weights = new Quad
        {
            X = left[Weights + k], Y = left[Weights + Stride + k],
            Z = left[Weights + 2 * Stride + k], W = left[Weights + 3 * Stride + k],
        };
        Add<U>(ref sum.A, weights, right[Inputs + k]);
        Add<U>(ref sum.B, weights, right[Inputs + Stride + k]);
        Add<U>(ref sum.C, weights, right[Inputs + 2 * Stride + k]);
        Add<U>(ref sum.D, weights, right[Inputs + 3 * Stride + k]);
    }

    private static void Add<U>(ref WholeFour sum, in Quad weights, uint x)
        where U : struct, IByteUnit
    {
        var unit = default(U);
        sum.A = unit.Add(sum.A, weights.X, x);
        sum.B = unit.Add(sum.B, weights.Y, x);
        sum.C = unit.Add(sum.C, weights.Z, x);
        sum.D = unit.Add(sum.D, weights.W, x);
    }
}

/// <summary>Loads of sixteen 8-bit whole numbers.</summary>
internal static class Bytes
{
    public static int Dot<U>(int sum, in Quad weights, in Quad x)
        where U : struct, IByteUnit
    {
        var unit = default(U);
        sum = unit.Add(sum, weights.X, x.X);
        sum = unit.Add(sum, weights.Y, x.Y);
        sum = unit.Add(sum, weights.Z, x.Z);
        return unit.Add(sum, weights.W, x.W);
    }

    public static void Store(in Quad quad, ArrayView<uint> to, int at)
    {
        to[at] = quad.X;
        to[at + 1] = quad.Y;
        to[at + 2] = quad.Z;
        to[at + 3] = quad.W;
    }
}

/// <summary>Adds the products of four 8-bit whole numbers with four others.</summary>
internal interface IByteUnit
{
    int Add(int sum, uint weights, uint x);
}

/// <summary>NVIDIA's instruction.</summary>
internal struct CudaBytes : IByteUnit
{
    public readonly int Add(int sum, uint weights, uint x)
    {
        Output<int> added = default;
        Input<uint> first = weights;
        Input<uint> second = x;
        Input<int> before = sum;
        CudaAsm.EmitRef(
            "dp4a.s32.s32 %0, %1, %2, %3;", ref added, ref first, ref second, ref before);
        return added.Value;
    }
}

/// <summary>One product after the other: on any device.</summary>
internal struct PlainBytes : IByteUnit
{
    public readonly int Add(int sum, uint weights, uint x) => sum
        + At(weights, 24) * At(x, 24) + At(weights, 16) * At(x, 16)
        + At(weights, 8) * At(x, 8) + At(weights, 0) * At(x, 0);

    /// <summary>The number that so many bits more bring to the top, with its sign.</summary>
    private static int At(uint four, int shift) => (int)(four << shift) >> 24;
}
