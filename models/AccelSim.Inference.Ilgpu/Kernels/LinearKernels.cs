using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>Matrices as kernels see them: one, or those of all experts one after the other.
/// </summary>
internal struct WeightView
{
    public ArrayView<Quad> Data;
    public ArrayView<float> Scales;
    public ArrayView<float> Offsets;

    /// <summary>Outputs of one matrix.</summary>
    public int Rows;

    /// <summary>Inputs, filled up to whole runs of 32, in eights.</summary>
    public int Parts;

    /// <summary>Loads of 128 bits that make up a row.</summary>
    public int Quads;

    /// <summary>Groups of a row.</summary>
    public int Groups;

    /// <summary>Eights of a group.</summary>
    public int GroupParts;

    /// <summary>Eight inputs of an output, scale and offset applied.</summary>
    public readonly Eight Load<N>(long row, int part)
        where N : struct, INumbers
    {
        var numbers = default(N);
        var values = numbers.Load(Data, row * Quads, part);
        if (!numbers.IsScaled) return values;
        var group = row * Groups + part / GroupParts;
        return values.Times(Scales[group], numbers.HasOffset ? Offsets[group] : 0f);
    }
}

/// <summary>Rows of activations, the bias, and where outputs go.</summary>
internal struct Sides
{
    /// <summary>Inputs: rows of a multiple of 32 numbers.</summary>
    public ArrayView<Quad> Inputs;

    /// <summary>Loads from one row of inputs to the next.</summary>
    public int InputQuads;

    /// <summary>What each row of whole numbers is multiplied with.</summary>
    public ArrayView<float> InputScales;

    /// <summary>Rows of inputs.</summary>
    public int Count;

    public ArrayView<float> Outputs;

    /// <summary>Numbers from one row of outputs to the next.</summary>
    public int OutputStride;

    /// <summary>A number per output.</summary>
    public ArrayView<float> Bias;

    /// <summary>1 where there is a bias.</summary>
    public int HasBias;

    /// <summary>The expert of each row, or the first row of each expert.</summary>
    public ArrayView<int> Experts;

    /// <summary>How many experts; 0: one matrix for all rows.</summary>
    public int ExpertCount;

    public readonly void Write(int token, int output, float value) =>
        Outputs[(long)token * OutputStride + output] =
            HasBias != 0 ? value + Bias[output] : value;
}

/// <summary>y = x · Wᵀ + b.</summary>
internal static class LinearKernels
{
    /// <summary>Outputs of a team of <see cref="Vector{N, T}"/>.</summary>
    public const int VectorRows = 4;

    /// <summary>Most threads along a side of a tile; each has four by four outputs.</summary>
    public const int MostSide = 16;

    private const int TileRows = 4 * MostSide;
    private const int TileParts = 2;
    private const int TileStride = 8 * TileParts + 1;

    /// <summary>
    /// One row of inputs with four outputs by a team: weights stream by in loads of 128 bits, four
    /// rows and two places in flight at a time. Grid: teams, rows of inputs.
    /// </summary>
    public static void Vector<N, T>(WeightView weights, Sides sides)
        where N : struct, IPackedNumbers where T : struct, ITeam
    {
        var team = default(T);
        var first = team.Index * VectorRows;
        if (first >= weights.Rows) return;
        var token = Grid.IdxY;
        var expert = sides.ExpertCount == 0 ? 0 : sides.Experts[token];
        var rows = new VectorRow(weights, sides, expert, first, token);
        var lanes = team.Lanes;
        var quad = team.Lane;
        for (; quad + lanes < weights.Quads; quad += 2 * lanes)
        {
            var here = rows.Load(weights, quad);
            var there = rows.Load(weights, quad + lanes);
            rows.Add<N>(weights, sides, here, quad);
            rows.Add<N>(weights, sides, there, quad + lanes);
        }
        if (quad < weights.Quads) rows.Add<N>(weights, sides, rows.Load(weights, quad), quad);
        var (a, b) = (team.Sum(rows.A), team.Sum(rows.B));
        var (c, d) = (team.Sum(rows.C), team.Sum(rows.D));
        if (team.Lane != 0) return;
        sides.Write(token, first, a);
        if (first + 1 < weights.Rows) sides.Write(token, first + 1, b);
        if (first + 2 < weights.Rows) sides.Write(token, first + 2, c);
        if (first + 3 < weights.Rows) sides.Write(token, first + 3, d);
    }

    /// <summary>
    /// One row of inputs with one output by a team, in any format. Grid: teams, rows of inputs.
    /// </summary>
    public static void Dot<N, T>(WeightView weights, Sides sides)
        where N : struct, INumbers where T : struct, ITeam
    {
        var team = default(T);
        var output = team.Index;
        if (output >= weights.Rows) return;
        var token = Grid.IdxY;
        var expert = sides.ExpertCount == 0 ? 0 : sides.Experts[token];
        var row = (long)expert * weights.Rows + output;
        var input = (long)token * sides.InputQuads;
        var sum = 0f;
        for (var part = team.Lane; part < weights.Parts; part += team.Lanes)
            sum = weights.Load<N>(row, part).Dot(Eight.Plain(sides.Inputs, input, part), sum);
        sum = team.Sum(sum);
        if (team.Lane == 0) sides.Write(token, output, sum);
    }

    /// <summary>
    /// A tile of outputs by a group, inputs and weights sixteen at a time through memory that the
    /// group shares. Grid: tiles of outputs, tiles of rows (of all experts).
    /// </summary>
    /// <param name="weights">The matrices.</param>
    /// <param name="sides">Rows and outputs; of experts their first rows.</param>
    /// <param name="side">Threads along a side of the tile; the group has as many squared.</param>
    public static void Tile<N>(WeightView weights, Sides sides, int side)
        where N : struct, INumbers
    {
        var left = SharedMemory.Allocate1D<float>(TileRows * TileStride);
        var right = SharedMemory.Allocate1D<float>(TileRows * TileStride);
        var tile = 4 * side;
        var span = RowSpan.Find(sides, Grid.IdxY, tile);
        // Not left early: drivers' compilers do badly with barriers that are reached at times.
        var parts = span.Count > 0 ? weights.Parts : 0;
        var output = Grid.IdxX * tile;
        var matrix = (long)span.Expert * weights.Rows;
        var place = new TilePlace
        {
            Weights = 4 * (Group.IdxX / side) * TileStride,
            Inputs = 4 * (Group.IdxX % side) * TileStride,
        };
        Square sum = default;
        for (var part = 0; part < parts; part += TileParts)
        {
            for (var i = Group.IdxX; i < tile * TileParts; i += Group.DimX)
            {
                var (row, at) = (i / TileParts, i % TileParts);
                var own = output + row < weights.Rows ? output + row : weights.Rows - 1;
                weights.Load<N>(matrix + own, part + at)
                    .Store(left.BaseView, row * TileStride + 8 * at);
                var token = span.First + (row < span.Count ? row : span.Count - 1);
                Eight.Plain(sides.Inputs, (long)token * sides.InputQuads, part + at)
                    .Store(right.BaseView, row * TileStride + 8 * at);
            }
            Group.Barrier();
            for (var k = 0; k < 8 * TileParts; k++) place.Add(ref sum, left, right, k);
            Group.Barrier();
        }
        var column = output + 4 * (Group.IdxX / side);
        var first = 4 * (Group.IdxX % side);
        WriteRow(weights, sides, span, first, column, sum.A);
        WriteRow(weights, sides, span, first + 1, column, sum.B);
        WriteRow(weights, sides, span, first + 2, column, sum.C);
        WriteRow(weights, sides, span, first + 3, column, sum.D);
    }

    /// <summary>Rows of inputs filled up with zeros. Grid: rows.</summary>
    public static void Widen(
        ArrayView<float> from, int width, ArrayView<float> to, int padded)
    {
        var (own, wide) = ((long)Grid.IdxX * width, (long)Grid.IdxX * padded);
        for (var i = Group.IdxX; i < padded; i += Group.DimX)
            to[wide + i] = i < width ? from[own + i] : 0f;
    }

    private static void WriteRow(
        in WeightView weights, in Sides sides, in RowSpan span, int row, int output, in Four values)
    {
        if (row >= span.Count) return;
        var token = span.First + row;
        if (output < weights.Rows) sides.Write(token, output, values.A);
        if (output + 1 < weights.Rows) sides.Write(token, output + 1, values.B);
        if (output + 2 < weights.Rows) sides.Write(token, output + 2, values.C);
        if (output + 3 < weights.Rows) sides.Write(token, output + 3, values.D);
    }
}

/// <summary>Four numbers.</summary>
internal struct Four
{
    public float A;
    public float B;
    public float C;
    public float D;

    public void Add(float factor, float a, float b, float c, float d)
    {
        A += factor * a;
        B += factor * b;
        C += factor * c;
        D += factor * d;
    }
}

/// <summary>Four by four sums: a row per input row.</summary>
internal struct Square
{
    public Four A;
    public Four B;
    public Four C;
    public Four D;
}

/// <summary>Where a thread reads in the tiles.</summary>
internal struct TilePlace
{
    private const int Stride = 17;

    public int Weights;
    public int Inputs;

    public readonly void Add(
        ref Square sum, ArrayView<float> left, ArrayView<float> right, int k)
    {
        var (a, b) = (left[Weights + k], left[Weights + Stride + k]);
        var (c, d) = (left[Weights + 2 * Stride + k], left[Weights + 3 * Stride + k]);
        sum.A.Add(right[Inputs + k], a, b, c, d);
        sum.B.Add(right[Inputs + Stride + k], a, b, c, d);
        sum.C.Add(right[Inputs + 2 * Stride + k], a, b, c, d);
        sum.D.Add(right[Inputs + 3 * Stride + k], a, b, c, d);
    }
}

/// <summary>Which rows a tile has, and whose expert they are.</summary>
internal struct RowSpan
{
    public int Expert;
    public int First;

    /// <summary>Rows; 0 or less where the tile has none.</summary>
    public int Count;

    /// <summary>Finds them; tiles never mix experts.</summary>
    public static RowSpan Find(in Sides sides, int tile, int size)
    {
        if (sides.ExpertCount == 0)
        {
            return new RowSpan
            {
                First = tile * size, Count = Least(sides.Count - tile * size, size),
            };
        }
        var left = tile;
        for (var expert = 0; expert < sides.ExpertCount; expert++)
        {
            var first = sides.Experts[expert];
            var rows = sides.Experts[expert + 1] - first;
            var tiles = (rows + size - 1) / size;
            if (left < tiles)
            {
                return new RowSpan
                {
                    Expert = expert,
                    First = first + left * size,
                    Count = Least(rows - left * size, size),
                };
            }
            left -= tiles;
        }
        return default;
    }

    private static int Least(int a, int b) => a < b ? a : b;
}

/// <summary>Four outputs that a thread has a part of.</summary>
internal struct VectorRow
{
    public float A;
    public float B;
    public float C;
    public float D;
    private readonly long _a;
    private readonly long _b;
    private readonly long _c;
    private readonly long _d;
    private readonly long _input;

    public VectorRow(in WeightView weights, in Sides sides, int expert, int first, int token)
    {
        A = 0f;
        B = 0f;
        C = 0f;
        D = 0f;
        var matrix = (long)expert * weights.Rows;
        var last = weights.Rows - 1;
        _a = matrix + first;
        _b = matrix + (first + 1 < last ? first + 1 : last);
        _c = matrix + (first + 2 < last ? first + 2 : last);
        _d = matrix + (first + 3 < last ? first + 3 : last);
        _input = (long)token * sides.InputQuads;
    }

    /// <summary>A load of each row.</summary>
    public readonly FourQuads Load(in WeightView weights, int quad) => new()
    {
        A = weights.Data[_a * weights.Quads + quad],
        B = weights.Data[_b * weights.Quads + quad],
        C = weights.Data[_c * weights.Quads + quad],
        D = weights.Data[_d * weights.Quads + quad],
    };

    /// <summary>Adds what was loaded times the inputs.</summary>
    public void Add<N>(in WeightView weights, in Sides sides, in FourQuads loaded, int quad)
        where N : struct, IPackedNumbers
    {
        var numbers = default(N);
        var part = quad * numbers.Eights;
        var (a, b, c, d, inputs) = (0f, 0f, 0f, 0f, 0f);
        for (var eight = 0; eight < numbers.Eights; eight++)
        {
            var input = Eight.Plain(sides.Inputs, _input, part + eight);
            a = numbers.Pick(loaded.A, eight).Dot(input, a);
            b = numbers.Pick(loaded.B, eight).Dot(input, b);
            c = numbers.Pick(loaded.C, eight).Dot(input, c);
            d = numbers.Pick(loaded.D, eight).Dot(input, d);
            if (numbers.HasOffset) inputs += input.Sum();
        }
        if (!numbers.IsScaled)
        {
            A += a;
            B += b;
            C += c;
            D += d;
            return;
        }
        var group = part / weights.GroupParts;
        A += Scaled<N>(weights, _a * weights.Groups + group, a, inputs);
        B += Scaled<N>(weights, _b * weights.Groups + group, b, inputs);
        C += Scaled<N>(weights, _c * weights.Groups + group, c, inputs);
        D += Scaled<N>(weights, _d * weights.Groups + group, d, inputs);
    }

    private static float Scaled<N>(in WeightView weights, long group, float dot, float inputs)
        where N : struct, IPackedNumbers
    {
        var scaled = dot * weights.Scales[group];
        return default(N).HasOffset ? scaled + weights.Offsets[group] * inputs : scaled;
    }
}

/// <summary>A load of each of four rows.</summary>
internal struct FourQuads
{
    public Quad A;
    public Quad B;
    public Quad C;
    public Quad D;
}
