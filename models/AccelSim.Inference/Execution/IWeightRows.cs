using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AccelSim.Configuration;
using AccelSim.Inference.Kernels;
using AccelSim.Inference.Weights;
using AccelSim.Workloads;

namespace AccelSim.Inference.Execution;

/// <summary>Where the numbers of weights come from, operator by operator.</summary>
public interface IWeightRows
{
    /// <summary>The format in which they lie there; null where there is none.</summary>
    Storage? OwnFormat(in WeightPlace place);

    /// <summary>Fills a matrix.</summary>
    /// <param name="place">Which.</param>
    /// <param name="matrix">Receives it, in its own format.</param>
    /// <param name="pool">Threads.</param>
    void Fill(in WeightPlace place, Matrix matrix, CpuPool pool);

    /// <summary>Fills a vector: a norm's weight, a bias.</summary>
    void Fill(in WeightPlace place, VectorRole role, Span<float> vector);
}

/// <summary>Whose weights are meant.</summary>
/// <param name="Family">The model's <c>model_type</c>.</param>
/// <param name="Operation">The operator's name without number.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Expert">The expert; 0 where there is one.</param>
public readonly record struct WeightPlace(
    string Family, string Operation, int Layer, int Expert = 0);

/// <summary>What a vector of weights is for.</summary>
public enum VectorRole
{
    /// <summary>Factors of a norm.</summary>
    Weight,
    /// <summary>Terms that are added.</summary>
    Bias,
}

/// <summary>Random weights for any shape, as benchmarks use; a seed decides them.</summary>
/// <remarks>
/// Each row has a stream of its own, so that the number of threads changes nothing. Numbers are
/// uniform with the variance 1 / inputs, which keeps activations near 1.
/// </remarks>
public sealed class RandomWeights(long seed) : IWeightRows
{
    /// <inheritdoc/>
    public Storage? OwnFormat(in WeightPlace place) => null;

    /// <inheritdoc/>
    public void Fill(in WeightPlace place, Matrix matrix, CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(pool);
        var stream = Stream(place);
        var width = place.Operation.StartsWith("embedding", StringComparison.Ordinal)
            ? 1f
            : MathF.Sqrt(3f / matrix.Columns);
        pool.Rows(matrix.Rows, 1000 + matrix.Columns, row =>
        {
            var values = new float[matrix.Columns];
            Uniform(seed, stream, row, width, values);
            Packer.Pack(matrix, row, values);
        });
    }

    /// <inheritdoc/>
    public void Fill(in WeightPlace place, VectorRole role, Span<float> vector)
    {
        Uniform(seed, Stream(place) + role, 0, 0.1f, vector);
        if (role == VectorRole.Bias) return;
        foreach (ref var value in vector) value += 1;
    }

    private static string Stream(in WeightPlace place) => string.Create(
        CultureInfo.InvariantCulture, $"{place.Operation} {place.Layer} {place.Expert}");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Uniform(
        long seed, string stream, int row, float width, Span<float> values)
    {
        unchecked
        {
            var state = new SimRandom(seed + row, stream).NextUInt64();
            foreach (ref var value in values)
            {
                // SplitMix64 (Steele, Lea and Flood 2014).
                state += 0x9E3779B97F4A7C15;
                var bits = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
                bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
                value = ((int)(bits >> 40) - (1 << 23)) * (width / (1 << 23));
            }
        }
    }
}

/// <summary>Weights of a file, under Hugging Face's names.</summary>
public sealed class FileWeights(IWeightSource source, string file) : IWeightRows
{
    private const string DirectEnding = ".T";

    /// <inheritdoc/>
    /// <remarks>Parts in formats that differ, or that no kernel knows, become fp16.</remarks>
    public Storage? OwnFormat(in WeightPlace place)
    {
        var family = place.Family;
        Storage?[] own =
        [
            .. Names(place)
                .Select(name => FileBlocks.StorageOf(Find(name + ".weight", out _, family).Type))
                .Distinct(),
        ];
        return own is [{ } one] ? one : new Storage(StorageKind.Fp16);
    }

    /// <inheritdoc/>
    public void Fill(in WeightPlace place, Matrix matrix, CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(pool);
        var row = 0;
        foreach (var name in Names(place))
        {
            var part = Find(name + ".weight", out var turned, place.Family);
            var (outputs, inputs) = Sizes(part, turned);
            if (inputs != matrix.Columns || row + outputs > matrix.Rows)
            {
                throw Wrong(part, $"[{outputs}, {inputs}] does not fit into the "
                    + $"[{matrix.Rows}, {matrix.Columns}] of {place.Operation}.");
            }
            var first = row;
            var asIs = !turned && FileBlocks.Fit(part.Type, matrix.Storage);
            var bad = new bool[outputs];
            pool.Rows(outputs, 1000 + inputs, i =>
            {
                if (asIs)
                {
                    FileBlocks.Copy(part, i, matrix, first + i);
                    bad[i] = !matrix.HasFiniteScales(first + i);
                    return;
                }
                var values = new float[inputs];
                if (turned) WeightNumbers.ReadColumn(part, i, outputs, values);
                else WeightNumbers.Read(part, (long)i * inputs, values);
                bad[i] = !TensorPrimitives.IsFiniteAll<float>(values);
                if (!bad[i]) Packer.Pack(matrix, first + i, values);
            });
            if (Array.IndexOf(bad, true) is >= 0 and var at)
                throw Wrong(part, $"row {at} (from 0) holds what is no finite number.");
            row += outputs;
        }
        if (row != matrix.Rows)
        {
            throw new ConfigException(file, 0, string.Join(", ", Names(place)),
                $"have {row} rows together; {place.Operation} needs {matrix.Rows}.");
        }
    }

    /// <inheritdoc/>
    public void Fill(in WeightPlace place, VectorRole role, Span<float> vector)
    {
        var done = 0;
        foreach (var name in Names(place))
        {
            var part = Find(
                name + (role == VectorRole.Weight ? ".weight" : ".bias"), out _, place.Family);
            var count = part.Shape.Aggregate(1L, (product, size) => product * size);
            if (count > vector.Length - done)
            {
                throw Wrong(part, $"has {count} numbers; {place.Operation} needs "
                    + $"{vector.Length}.");
            }
            var own = vector.Slice(done, (int)count);
            WeightNumbers.Read(part, 0, own);
            if (!TensorPrimitives.IsFiniteAll<float>(own))
                throw Wrong(part, "holds what is no finite number.");
            done += (int)count;
        }
        if (done != vector.Length)
        {
            throw new ConfigException(file, 0, string.Join(", ", Names(place)),
                $"have {done} numbers together; {place.Operation} needs {vector.Length}.");
        }
    }

    private static string[] Names(WeightPlace place) =>
    [
        .. WeightNames.Of(place.Family, place.Operation).Select(pattern => string.Format(
            CultureInfo.InvariantCulture, pattern, place.Layer, place.Expert)),
    ];

    /// <param name="name">With its ending, without what some files put before it.</param>
    /// <param name="turned">Whether its rows are inputs.</param>
    /// <param name="family">Decides whether they are.</param>
    private WeightTensor Find(string name, out bool turned, string family)
    {
        foreach (var prefix in WeightNames.Prefixes)
        {
            if (source.TryGet(prefix + name, out var tensor))
            {
                turned = WeightNames.IsTransposed(family) && tensor.Shape.Count == 2
                    && name.StartsWith("h.", StringComparison.Ordinal);
                return tensor;
            }
            turned = false;
            if (source.TryGet(prefix + name + DirectEnding, out tensor)) return tensor;
        }
        throw new ConfigException(file, 0, name, "is missing among the weights.");
    }

    private (int Outputs, int Inputs) Sizes(in WeightTensor part, bool turned)
    {
        if (part.Shape.Count != 2 || part.Shape.Any(size => size is < 1 or > int.MaxValue))
            throw Wrong(part, $"[{string.Join(", ", part.Shape)}] is not the shape of a matrix.");
        var (first, second) = ((int)part.Shape[0], (int)part.Shape[1]);
        return turned ? (second, first) : (first, second);
    }

    private ConfigException Wrong(in WeightTensor part, string what) =>
        new(file, 0, part.Name, what);
}

/// <summary>Reads numbers of a tensor as fp32.</summary>
internal static unsafe class WeightNumbers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(in WeightTensor tensor, long first, Span<float> to)
    {
        var data = (byte*)tensor.Data;
        switch (tensor.Type)
        {
            case WeightType.F32:
                new ReadOnlySpan<float>((float*)data + first, to.Length).CopyTo(to);
                break;
            case WeightType.F16:
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(
                    new ReadOnlySpan<Half>((Half*)data + first, to.Length), to);
                break;
            case WeightType.BF16:
                for (var i = 0; i < to.Length; i++) to[i] = Bf16(((ushort*)data)[first + i]);
                break;
            default:
                Dequantiser.Read(tensor, first, to);
                break;
        }
    }

    /// <summary>One number of each row: an output where rows are inputs.</summary>
    public static void ReadColumn(in WeightTensor tensor, int column, int width, Span<float> to)
    {
        for (var i = 0; i < to.Length; i++)
            Read(tensor, (long)i * width + column, MemoryMarshal.CreateSpan(ref to[i], 1));
    }

    private static float Bf16(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);
}
