using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AccelSim.Inference.Kernels;

/// <summary>Writes rows of fp32 numbers in the formats of weights and caches.</summary>
public static unsafe class Packer
{
    private const float MostInt8 = 127;
    private const float MostInt4 = 7;

    /// <summary>
    /// Writes a row of a matrix, rounded to the nearest where the format is coarser.
    /// </summary>
    public static void Pack(Matrix matrix, int row, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, matrix.Columns);
        var view = matrix.View;
        if (matrix.Storage.Kind is StorageKind.Sparse24 or StorageKind.SparseHalf)
        {
            SparsePacker.Pack(matrix.Storage.Kind, values, view.Row(row), view.Columns);
            return;
        }
        if (!matrix.Storage.IsScaled)
        {
            Plain(matrix.Storage.Kind, values, view.Row(row));
            return;
        }
        if (matrix.Storage is { HasOffset: true, Kind: StorageKind.Int4 })
            throw new ArgumentException("Offsets come from files alone.", nameof(matrix));
        for (var g = 0; g < view.Groups; g++)
        {
            var from = g * view.Group;
            var part = values[from..Math.Min(from + view.Group, values.Length)];
            view.ScalesOf(row)[g] = matrix.Storage.Kind switch
            {
                StorageKind.Int8 => Int8(part, (sbyte*)view.Row(row) + from),
                StorageKind.Fp8 => Fp8(part, view.Row(row) + from),
                StorageKind.Nf4 => NormalFloat.Pack(part, view.Row(row) + from / 2),
                StorageKind.Int3 => Planes.Pack(
                    part, 3, view.Row(row) + from * 3 / 8, out view.OffsetsOf(row)[g]),
                StorageKind.Int2 => Planes.Pack(
                    part, 2, view.Row(row) + from / 4, out view.OffsetsOf(row)[g]),
                _ => Int4(part, view.Row(row) + from / 2),
            };
        }
    }

    /// <summary>Writes numbers without scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Plain(StorageKind kind, ReadOnlySpan<float> values, byte* to)
    {
        switch (kind)
        {
            case StorageKind.F32:
                values.CopyTo(new Span<float>(to, values.Length));
                break;
            case StorageKind.Bf16:
                for (var i = 0; i < values.Length; i++) ((ushort*)to)[i] = Bf16(values[i]);
                break;
            default:
                System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(
                    values, MemoryMarshal.CreateSpan(ref *(Half*)to, values.Length));
                break;
        }
    }

    /// <summary>Rounds to the nearest, ties to even.</summary>
    internal static ushort Bf16(float value)
    {
        unchecked
        {
            var bits = BitConverter.SingleToUInt32Bits(value);
            return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    /// <summary>Writes a group and returns its scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Int8(ReadOnlySpan<float> values, sbyte* to)
    {
        unchecked
        {
            var scale = Largest(values) / MostInt8;
            var inverse = Inverse(scale);
            var i = 0;
            fixed (float* from = values)
            {
                for (; i <= values.Length - 32; i += 32)
                {
                    Vector256.Narrow(
                        Vector256.Narrow(Near(from + i), Near(from + i + 8)),
                        Vector256.Narrow(Near(from + i + 16), Near(from + i + 24)))
                        .Store(to + i);
                }
            }
            for (; i < values.Length; i++) to[i] = (sbyte)MathF.Round(values[i] * inverse);
            return scale;

            Vector256<int> Near(float* from) =>
                Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(from) * inverse));
        }
    }

    /// <summary>Writes a group and returns its scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fp8(ReadOnlySpan<float> values, byte* to)
    {
        var scale = Largest(values) / E4M3.Most;
        var inverse = Inverse(scale);
        for (var i = 0; i < values.Length; i++) to[i] = E4M3.From(values[i] * inverse);
        return scale;
    }

    /// <summary>Writes a group, its last run filled up with zeros, and returns its scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Int4(ReadOnlySpan<float> values, byte* to)
    {
        var scale = Largest(values) / MostInt4;
        var inverse = Inverse(scale);
        for (var run = 0; run < values.Length; run += Matrix.Run)
        {
            for (var i = 0; i < Matrix.Run / 2; i++)
            {
                var low = Nibble(values, run + i, inverse);
                var high = Nibble(values, run + i + Matrix.Run / 2, inverse);
                to[run / 2 + i] = (byte)(low | (high << 4));
            }
        }
        return scale;
    }

    /// <summary>What is no number becomes 0: a cache takes what activations are.</summary>
    private static int Nibble(ReadOnlySpan<float> values, int index, float inverse) =>
        index < values.Length ? unchecked((int)MathF.Round(values[index] * inverse)) + 8 & 15 : 8;

    /// <summary>0 where a group is so small that the inverse is no number.</summary>
    private static float Inverse(float scale)
    {
        var inverse = 1 / scale;
        return float.IsFinite(inverse) ? inverse : 0;
    }

    private static float Largest(ReadOnlySpan<float> values) =>
        MathF.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values));
}
