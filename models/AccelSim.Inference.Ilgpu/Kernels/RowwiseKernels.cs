using AccelSim.Inference.Kernels;
using ILGPU;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>Facts of each row of a step, as the host writes them.</summary>
internal static class RowFacts
{
    /// <summary>Integers of a row.</summary>
    public const int Stride = 8;

    /// <summary>The token.</summary>
    public const int Token = 0;

    /// <summary>Its position, for rotations and position tables.</summary>
    public const int Position = 1;

    /// <summary>Its slot of the cache.</summary>
    public const int Slot = 2;

    /// <summary>Its place in the sequence: the last key that it may see.</summary>
    public const int Place = 3;

    /// <summary>Where its sequence's blocks are listed.</summary>
    public const int Table = 4;

    /// <summary>The first place whose keys the mask decides on.</summary>
    public const int Tree = 5;

    /// <summary>Which keys from there it sees: bits 0 to 31.</summary>
    public const int MaskLow = 6;

    /// <summary>Bits 32 to 63.</summary>
    public const int MaskHigh = 7;
}

/// <summary>What treats each row of numbers alone: tables, norms, activations, positions.
/// </summary>
internal static class RowwiseKernels
{
    /// <summary>
    /// Writes a row of a table, or adds it to what is there. Grid: rows.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="facts">Of rows.</param>
    /// <param name="fact">Which fact says the table's row.</param>
    /// <param name="offset">Rows of the table before the first.</param>
    /// <param name="stream">Receives rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="add">1: adds.</param>
    public static void Look<N>(
        WeightView table, ArrayView<int> facts, int fact, int offset, ArrayView<float> stream,
        int width, int add)
        where N : struct, INumbers
    {
        var row = facts[Grid.IdxX * RowFacts.Stride + fact] + offset;
        var to = (long)Grid.IdxX * width;
        for (var part = Group.IdxX; part < table.Parts; part += Group.DimX)
        {
            var values = table.Load<N>(row, part);
            Put(stream, to, 8 * part, width, add, values.A);
            Put(stream, to, 8 * part + 1, width, add, values.B);
            Put(stream, to, 8 * part + 2, width, add, values.C);
            Put(stream, to, 8 * part + 3, width, add, values.D);
            Put(stream, to, 8 * part + 4, width, add, values.E);
            Put(stream, to, 8 * part + 5, width, add, values.F);
            Put(stream, to, 8 * part + 6, width, add, values.G);
            Put(stream, to, 8 * part + 7, width, add, values.H);
        }
    }

    /// <summary>
    /// Adds what the last operator made to the stream, and norms the sum. Grid: rows.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="delta">What is added.</param>
    /// <param name="hasDelta">1: something is.</param>
    /// <param name="normed">Receives rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="weight">Factors.</param>
    /// <param name="bias">Terms of a layer norm.</param>
    /// <param name="centred">1: a layer norm; 0: by root mean square alone.</param>
    /// <param name="epsilon">Added to variances.</param>
    public static void Norm<R>(
        ArrayView<float> stream, ArrayView<float> delta, int hasDelta, ArrayView<float> normed,
        int width, ArrayView<float> weight, ArrayView<float> bias, int centred, float epsilon)
        where R : struct, IReduction
    {
        var reduction = default(R);
        var row = (long)Grid.IdxX * width;
        var sum = 0f;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var value = stream[row + i];
            if (hasDelta != 0)
            {
                value += delta[row + i];
                stream[row + i] = value;
            }
            sum += centred != 0 ? value : 0f;
        }
        // In both kinds: drivers' compilers do badly with barriers that are reached at times.
        var mean = reduction.Sum(sum) / width;
        var squares = 0f;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var value = stream[row + i] - mean;
            squares += value * value;
        }
        var factor = 1f / MathF.Sqrt(reduction.Sum(squares) / width + epsilon);
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var value = (stream[row + i] - mean) * factor * weight[i];
            normed[row + i] = centred != 0 ? value + bias[i] : value;
        }
    }

    /// <summary>Norms each head of queries and keys. Grid: rows, heads.</summary>
    public static void HeadNorm<R>(
        ArrayView<float> qkv, int stride, int headDim, int queryHeads, ArrayView<float> weight,
        float epsilon)
        where R : struct, IReduction
    {
        var head = (long)Grid.IdxX * stride + Grid.IdxY * headDim;
        var factors = Grid.IdxY < queryHeads ? 0 : headDim;
        var squares = 0f;
        for (var i = Group.IdxX; i < headDim; i += Group.DimX)
            squares += qkv[head + i] * qkv[head + i];
        var factor = 1f / MathF.Sqrt(default(R).Sum(squares) / headDim + epsilon);
        for (var i = Group.IdxX; i < headDim; i += Group.DimX)
            qkv[head + i] = qkv[head + i] * factor * weight[factors + i];
    }

    /// <summary>
    /// Turns each head of queries and keys by its position: pairs lie half a head apart. Grid:
    /// rows.
    /// </summary>
    /// <param name="qkv">Rows of queries, keys and values.</param>
    /// <param name="stride">Numbers of a row.</param>
    /// <param name="heads">Heads that are turned.</param>
    /// <param name="headDim">Numbers of a head.</param>
    /// <param name="facts">Of rows.</param>
    /// <param name="turns">Cosine and sine of each pair at each position.</param>
    public static void Rotate(
        ArrayView<float> qkv, int stride, int heads, int headDim, ArrayView<int> facts,
        ArrayView<float> turns)
    {
        var pairs = headDim / 2;
        var row = (long)Grid.IdxX * stride;
        var place = (long)facts[Grid.IdxX * RowFacts.Stride + RowFacts.Position] * headDim;
        for (var i = Group.IdxX; i < heads * pairs; i += Group.DimX)
        {
            var (head, pair) = (i / pairs, i % pairs);
            var at = row + head * headDim + pair;
            var (cosine, sine) = (turns[place + 2 * pair], turns[place + 2 * pair + 1]);
            var (a, b) = (qkv[at], qkv[at + pairs]);
            qkv[at] = a * cosine - b * sine;
            qkv[at + pairs] = b * cosine + a * sine;
        }
    }

    /// <summary>
    /// Applies an activation; gates where inputs are twice as wide. Grid: enough for all numbers.
    /// </summary>
    public static void Activate(
        ArrayView<float> from, ArrayView<float> to, int rows, int width, int gated, int kind)
    {
        var index = (long)Grid.IdxX * Group.DimX + Group.IdxX;
        if (index >= (long)rows * width) return;
        var row = index / width;
        var at = index - row * width;
        var own = row * (gated != 0 ? 2 * width : width) + at;
        var value = Activation.Of(kind, from[own]);
        to[index] = gated != 0 ? value * from[own + width] : value;
    }

    /// <summary>Copies some rows. Grid: rows that are copied.</summary>
    public static void Gather(
        ArrayView<float> from, ArrayView<int> rows, ArrayView<float> to, int width)
    {
        var (own, other) = ((long)rows[Grid.IdxX] * width, (long)Grid.IdxX * width);
        for (var i = Group.IdxX; i < width; i += Group.DimX) to[other + i] = from[own + i];
    }

    /// <summary>The place of each row's largest number, of equals the first. Grid: rows.
    /// </summary>
    public static void Largest<R>(
        ArrayView<float> values, int width, ArrayView<int> places)
        where R : struct, IReduction
    {
        var row = (long)Grid.IdxX * width;
        var (best, place) = (float.NegativeInfinity, int.MaxValue);
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            if (values[row + i] <= best && place != int.MaxValue) continue;
            best = values[row + i];
            place = i;
        }
        var largest = default(R).Max(best);
        place = Places.First<R>(best, place, largest);
        if (Group.IdxX == 0) places[Grid.IdxX] = place;
    }

    private static void Put(
        ArrayView<float> stream, long to, int column, int width, int add, float value)
    {
        if (column >= width) return;
        stream[to + column] = add != 0 ? stream[to + column] + value : value;
    }
}

/// <summary>The functions between two matrices of an MLP.</summary>
internal static class Activation
{
    public static float Of(int kind, float x)
    {
        if (kind == (int)ActivationKind.Silu) return x * Bits.Sigmoid(x);
        if (kind == (int)ActivationKind.Relu) return x > 0f ? x : 0f;
        // 2 √(2/π): 0.5 (1 + tanh z) is the sigmoid of 2 z.
        if (kind == (int)ActivationKind.GeluTanh)
            return x * Bits.Sigmoid(1.5957691216f * (x + 0.044715f * x * x * x));
        return Gelu(x);
    }

    /// <summary>0.5 x (1 + erf(x / √2)); Abramowitz and Stegun (1964), 7.1.26.</summary>
    private static float Gelu(float x)
    {
        var z = (x < 0f ? -x : x) * 0.70710678f;
        var t = 1f / (1f + 0.3275911f * z);
        var poly = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f
            + t * (-1.453152027f + t * 1.061405429f))));
        var erf = 1f - poly * Bits.Exp(-z * z);
        return 0.5f * x * (1f + (x < 0f ? -erf : erf));
    }
}
