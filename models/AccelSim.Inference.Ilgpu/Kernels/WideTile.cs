using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>What a thread brings from memory into the group's tiles.</summary>
internal struct WideFetch
{
    private long _first;
    private long _second;
    private long _input;
    private Quad _low;
    private Quad _high;
    private Quad _own;

    /// <summary>Each thread has two quads of weights and one of inputs in each step.</summary>
    public static WideFetch Of(
        in WeightView weights, in Sides sides, in RowSpan span, int output)
    {
        var row = Group.IdxX >> 2;
        var matrix = (long)span.Expert * weights.Rows;
        var token = span.First + (row < span.Count ? row : span.Count - 1);
        return new WideFetch
        {
            _first = matrix + Least(output + row, weights.Rows - 1),
            _second = matrix + Least(output + row + MatrixKernels.WideRows, weights.Rows - 1),
            _input = (long)token * sides.InputQuads,
        };
    }

    public void Load<N, U>(in WeightView weights, in Sides sides, int step)
        where N : struct, IPackedNumbers where U : struct, IMatrixUnit
    {
        var part = step + (Group.IdxX & 3);
        var eights = default(N).Eights;
        var (quad, eight) = (part / eights, part % eights);
        _low = Packed.Of<N, U>(
            weights, _first, weights.Data[_first * weights.Quads + quad], part, eight);
        _high = Packed.Of<N, U>(
            weights, _second, weights.Data[_second * weights.Quads + quad], part, eight);
        _own = sides.Inputs[_input + part];
    }

    public readonly void Store(ArrayView<Quad> left, ArrayView<Quad> right, int stage)
    {
        var (weights, inputs) = (WidePlace.Left(stage), WidePlace.Right(stage));
        left[weights + Group.IdxX] = _low;
        left[weights + MatrixKernels.GroupSize + Group.IdxX] = _high;
        right[inputs + Group.IdxX] = _own;
    }

    private static int Least(int a, int b) => a < b ? a : b;
}

/// <summary>Where a lane reads in the tiles: its warp has 32 outputs and 32 rows.</summary>
internal struct WidePlace
{
    /// <summary>The warp's first output in the tile.</summary>
    public int Output;

    /// <summary>The warp's first row in the tile.</summary>
    public int Row;

    public int G;
    public int T;

    public static WidePlace Of(int thread)
    {
        var warp = thread / WarpTeam.Size;
        var lane = thread & (WarpTeam.Size - 1);
        return new WidePlace
        {
            Output = 32 * (warp & 3), Row = 32 * (warp >> 2), G = lane >> 2, T = lane & 3,
        };
    }

    public static int Left(int stage) => stage * MatrixKernels.WideOutputs * 4;

    public static int Right(int stage) => stage * MatrixKernels.WideRows * 4;

    public readonly void Multiply<U>(
        ref WideSums sums, ArrayView<Quad> left, ArrayView<Quad> right, int stage)
        where U : struct, IMatrixUnit
    {
        var weights = Left(stage) + 4 * (Output + G) + T;
        var inputs = Right(stage) + 4 * (Row + G) + T;
        var (a, b) = (left[weights], left[weights + 4 * 8]);
        var (c, d) = (left[weights + 4 * 16], left[weights + 4 * 24]);
        var (p, q) = (right[inputs], right[inputs + 4 * 8]);
        var (r, s) = (right[inputs + 4 * 16], right[inputs + 4 * 24]);
        Add<U>(ref sums.A0, a, b, p);
        Add<U>(ref sums.A1, a, b, q);
        Add<U>(ref sums.A2, a, b, r);
        Add<U>(ref sums.A3, a, b, s);
        Add<U>(ref sums.B0, c, d, p);
        Add<U>(ref sums.B1, c, d, q);
        Add<U>(ref sums.B2, c, d, r);
        Add<U>(ref sums.B3, c, d, s);
    }

    private static void Add<U>(ref Four sum, in Quad low, in Quad high, in Quad input)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        unit.Multiply(ref sum, low.X, high.X, low.Y, high.Y, input.X, input.Y);
        unit.Multiply(ref sum, low.Z, high.Z, low.W, high.W, input.Z, input.W);
    }
}

/// <summary>A lane's sums: two sixteens of outputs by four eights of rows.</summary>
internal struct WideSums
{
    public Four A0;
    public Four A1;
    public Four A2;
    public Four A3;
    public Four B0;
    public Four B1;
    public Four B2;
    public Four B3;

    public readonly void Write(
        in WeightView weights, in Sides sides, in RowSpan span, int output, in WidePlace place)
    {
        var (low, row) = (output + place.Output + place.G, place.Row + 2 * place.T);
        Put(weights, sides, span, low, row, A0);
        Put(weights, sides, span, low, row + 8, A1);
        Put(weights, sides, span, low, row + 16, A2);
        Put(weights, sides, span, low, row + 24, A3);
        Put(weights, sides, span, low + 16, row, B0);
        Put(weights, sides, span, low + 16, row + 8, B1);
        Put(weights, sides, span, low + 16, row + 16, B2);
        Put(weights, sides, span, low + 16, row + 24, B3);
    }

    private static void Put(
        in WeightView weights, in Sides sides, in RowSpan span, int output, int row, in Four sum)
    {
        One(weights, sides, span, output, row, sum.A);
        One(weights, sides, span, output, row + 1, sum.B);
        One(weights, sides, span, output + 8, row, sum.C);
        One(weights, sides, span, output + 8, row + 1, sum.D);
    }

    private static void One(
        in WeightView weights, in Sides sides, in RowSpan span, int output, int row, float sum)
    {
        if (row < span.Count && output < weights.Rows) sides.Write(span.First + row, output, sum);
    }
}
