using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>y = x · Wᵀ + b on matrix units: inputs rounded to 16 bits, sums in fp32.</summary>
internal static class MatrixKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    /// <summary>Outputs of a warp of <see cref="Narrow{N, U}"/>.</summary>
    public const int NarrowOutputs = 16;

    /// <summary>Rows of inputs of a group of <see cref="Narrow{N, U}"/>.</summary>
    public const int NarrowRows = 8;

    /// <summary>Outputs of a group of <see cref="Wide{N, U}"/>.</summary>
    public const int WideOutputs = 128;

    /// <summary>Rows of inputs of a group of <see cref="Wide{N, U}"/>.</summary>
    public const int WideRows = 64;

    private const int Warps = GroupSize / WarpTeam.Size;
    private const int StepQuads = 4;

    /// <summary>
    /// Rounds rows of fp32 to 16 bits, filled up with zeros to whole runs of 32. Grid: rows.
    /// </summary>
    public static void Round<U>(
        ArrayView<float> from, int width, ArrayView<Quad> to, int parts)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        var own = (long)Grid.IdxX * width;
        for (var part = Group.IdxX; part < parts; part += Group.DimX)
        {
            var at = 8 * part;
            to[(long)Grid.IdxX * parts + part] = new Quad
            {
                X = unit.Pair(At(from, own, at, width), At(from, own, at + 1, width)),
                Y = unit.Pair(At(from, own, at + 2, width), At(from, own, at + 3, width)),
                Z = unit.Pair(At(from, own, at + 4, width), At(from, own, at + 5, width)),
                W = unit.Pair(At(from, own, at + 6, width), At(from, own, at + 7, width)),
            };
        }
    }

    /// <summary>Expands weights of any format to 16 bits. Grid: outputs.</summary>
    public static void Expand<N, U>(WeightView weights, ArrayView<Quad> to)
        where N : struct, INumbers where U : struct, IMatrixUnit
    {
        for (var part = Group.IdxX; part < weights.Parts; part += Group.DimX)
        {
            to[(long)Grid.IdxX * weights.Parts + part] =
                Packed.Of<U>(weights.Load<N>(Grid.IdxX, part));
        }
    }

    /// <summary>
    /// Few rows: eight with sixteen outputs by a group, whose warps part the inputs among them.
    /// Weights come straight from memory in loads of 128 bits. Grid: sixteens of outputs, eights of
    /// rows.
    /// </summary>
    /// <param name="weights">The matrix.</param>
    /// <param name="sides">Inputs of 16 bits, and outputs.</param>
    public static void Narrow<N, U>(WeightView weights, Sides sides)
        where N : struct, IPackedNumbers where U : struct, IMatrixUnit
    {
        var sums = SharedMemory.Allocate1D<float>(Warps * NarrowOutputs * NarrowRows);
        var lane = Group.IdxX & (WarpTeam.Size - 1);
        var (g, t) = (lane >> 2, lane & 3);
        var first = Grid.IdxX * NarrowOutputs;
        var token = Grid.IdxY * NarrowRows;
        var pair = new NarrowPair
        {
            Low = Least(first + g, weights.Rows - 1),
            High = Least(first + g + 8, weights.Rows - 1),
            Input = (long)Least(token + g, sides.Count - 1) * sides.InputQuads,
        };
        Four sum = default;
        const int stride = StepQuads * Warps;
        var quad = Group.IdxX / WarpTeam.Size * StepQuads;
        for (; quad + stride < weights.Quads; quad += 2 * stride)
        {
            var here = pair.Load(weights, quad + t);
            var there = pair.Load(weights, quad + stride + t);
            pair.Add<N, U>(ref sum, weights, sides, here, quad + t);
            pair.Add<N, U>(ref sum, weights, sides, there, quad + stride + t);
        }
        if (quad < weights.Quads)
            pair.Add<N, U>(ref sum, weights, sides, pair.Load(weights, quad + t), quad + t);
        var own = Group.IdxX / WarpTeam.Size * NarrowOutputs * NarrowRows;
        sums[own + (2 * t) * NarrowOutputs + g] = sum.A;
        sums[own + (2 * t + 1) * NarrowOutputs + g] = sum.B;
        sums[own + (2 * t) * NarrowOutputs + g + 8] = sum.C;
        sums[own + (2 * t + 1) * NarrowOutputs + g + 8] = sum.D;
        Group.Barrier();
        if (Group.IdxX >= NarrowOutputs * NarrowRows) return;
        var total = 0f;
        for (var warp = 0; warp < Warps; warp++)
            total += sums[warp * NarrowOutputs * NarrowRows + Group.IdxX];
        var (output, row) =
            (first + Group.IdxX % NarrowOutputs, token + Group.IdxX / NarrowOutputs);
        if (output < weights.Rows && row < sides.Count) sides.Write(row, output, total);
    }

    /// <summary>
    /// Many rows: 64 with 128 outputs by a group, through two pieces of memory that the group
    /// shares: one is filled while the other is multiplied. Grid: tiles of outputs, tiles of rows
    /// (of all experts).
    /// </summary>
    /// <param name="weights">The matrices.</param>
    /// <param name="sides">Inputs of 16 bits, and outputs; of experts their first rows.</param>
    public static void Wide<N, U>(WeightView weights, Sides sides)
        where N : struct, IPackedNumbers where U : struct, IMatrixUnit
    {
        var left = SharedMemory.Allocate1D<Quad>(2 * WideOutputs * StepQuads);
        var right = SharedMemory.Allocate1D<Quad>(2 * WideRows * StepQuads);
        var span = RowSpan.Find(sides, Grid.IdxY, WideRows);
        if (span.Count <= 0) return;
        var fetch = WideFetch.Of(weights, sides, span, Grid.IdxX * WideOutputs);
        var place = WidePlace.Of(Group.IdxX);
        WideSums sums = default;
        fetch.Load<N, U>(weights, sides, 0);
        fetch.Store(left.BaseView, right.BaseView, 0);
        Group.Barrier();
        var stage = 0;
        for (var part = 0; part < weights.Parts; part += StepQuads)
        {
            var more = part + StepQuads < weights.Parts;
            if (more) fetch.Load<N, U>(weights, sides, part + StepQuads);
            place.Multiply<U>(ref sums, left.BaseView, right.BaseView, stage);
            if (more) fetch.Store(left.BaseView, right.BaseView, 1 - stage);
            stage = 1 - stage;
            Group.Barrier();
        }
        sums.Write(weights, sides, span, Grid.IdxX * WideOutputs, place);
    }

    private static float At(ArrayView<float> from, long row, int column, int width) =>
        column < width ? from[row + column] : 0f;

    private static int Least(int a, int b) => a < b ? a : b;
}

/// <summary>Two rows of weights and a row of inputs that a lane reads.</summary>
internal struct NarrowPair
{
    public long Low;
    public long High;
    public long Input;

    /// <summary>A load of each row; zeros beyond their end.</summary>
    public readonly TwoQuads Load(in WeightView weights, int quad)
    {
        if (quad >= weights.Quads) return default;
        return new TwoQuads
        {
            Low = weights.Data[Low * weights.Quads + quad],
            High = weights.Data[High * weights.Quads + quad],
        };
    }

    /// <summary>Adds what was loaded times the inputs; all lanes of a warp call.</summary>
    public readonly void Add<N, U>(
        ref Four sum, in WeightView weights, in Sides sides, in TwoQuads loaded, int quad)
        where N : struct, IPackedNumbers where U : struct, IMatrixUnit
    {
        var numbers = default(N);
        var unit = default(U);
        var inside = quad < weights.Quads;
        for (var eight = 0; eight < numbers.Eights; eight++)
        {
            var part = quad * numbers.Eights + eight;
            Quad low = default;
            Quad high = default;
            Quad input = default;
            if (inside)
            {
                low = Packed.Of<N, U>(weights, Low, loaded.Low, part, eight);
                high = Packed.Of<N, U>(weights, High, loaded.High, part, eight);
                input = sides.Inputs[Input + part];
            }
            unit.Multiply(ref sum, low.X, high.X, low.Y, high.Y, input.X, input.Y);
            unit.Multiply(ref sum, low.Z, high.Z, low.W, high.W, input.Z, input.W);
        }
    }
}

/// <summary>A load of each of two rows.</summary>
internal struct TwoQuads
{
    public Quad Low;
    public Quad High;
}

/// <summary>Eight numbers as four words of 16-bit pairs.</summary>
internal static class Packed
{
    public static Quad Of<U>(in Eight values)
        where U : struct, IMatrixUnit
    {
        var unit = default(U);
        return new Quad
        {
            X = unit.Pair(values.A, values.B), Y = unit.Pair(values.C, values.D),
            Z = unit.Pair(values.E, values.F), W = unit.Pair(values.G, values.H),
        };
    }

    /// <summary>Eight weights out of a load, scale and offset applied.</summary>
    public static Quad Of<N, U>(
        in WeightView weights, long row, in Quad loaded, int part, int eight)
        where N : struct, IPackedNumbers where U : struct, IMatrixUnit
    {
        var numbers = default(N);
        // What has 16 bits is there already.
        if (!numbers.IsScaled) return loaded;
        var group = row * weights.Groups + part / weights.GroupParts;
        return Of<U>(numbers.Pick(loaded, eight).Times(
            weights.Scales[group], numbers.HasOffset ? weights.Offsets[group] : 0f));
    }
}
