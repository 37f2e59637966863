using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AccelSim.Inference.Weights;

/// <summary>Numbers of any <see cref="WeightType"/> as 32-bit floats.</summary>
/// <remarks>
/// Formats of blocks are ggml's (ggml-quants.c, functions dequantize_row_*). All is little-endian.
/// Plain rather than quick: kernels have their own ways.
/// </remarks>
public static class Dequantiser
{
    /// <summary>Reads a whole number of blocks.</summary>
    /// <param name="type">How they are stored.</param>
    /// <param name="source">Blocks, one after the other.</param>
    /// <param name="target">One place for each number.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
    public static void Read(WeightType type, ReadOnlySpan<byte> source, Span<float> target)
    {
        var length = WeightLayout.BlockLength(type);
        var bytes = WeightLayout.BlockBytes(type);
        if (target.Length % length != 0 || source.Length != (long)target.Length / length * bytes)
        {
            throw new ArgumentException(
                $"{source.Length} bytes are not {target.Length} numbers of {type}.");
        }
        for (int at = 0, from = 0; at < target.Length; at += length, from += bytes)
            Block(type, source.Slice(from, bytes), target.Slice(at, length));
    }

    /// <summary>Reads part of a tensor.</summary>
    /// <param name="tensor">The tensor, whose source lives.</param>
    /// <param name="first">Index of the first number, a multiple of the block length.</param>
    /// <param name="target">One place for each number, a whole number of blocks.</param>
    public static unsafe void Read(in WeightTensor tensor, long first, Span<float> target)
    {
        var from = WeightLayout.RowBytes(tensor.Type, first);
        var bytes = WeightLayout.RowBytes(tensor.Type, target.Length);
        if (first < 0 || first % WeightLayout.BlockLength(tensor.Type) != 0
            || from > tensor.Bytes - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(first));
        }
        Read(tensor.Type, new ReadOnlySpan<byte>((byte*)tensor.Data + from, (int)bytes), target);
    }

    private static void Block(WeightType type, ReadOnlySpan<byte> block, Span<float> target)
    {
        switch (type)
        {
            case WeightType.F32: target[0] = BinaryPrimitives.ReadSingleLittleEndian(block); break;
            case WeightType.F16: target[0] = Half16(block); break;
            case WeightType.BF16:
                target[0] = BitConverter.Int32BitsToSingle(
                    BinaryPrimitives.ReadInt16LittleEndian(block) << 16);
                break;
            case WeightType.Q8_0: EightBit(block, target); break;
            case WeightType.Q4_0: FourBit(block, target); break;
            case WeightType.Q4_K: FourBitSuper(block, target); break;
            case WeightType.Q6_K: SixBitSuper(block, target); break;
            default: throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private static float Half16(ReadOnlySpan<byte> bytes) =>
        (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    private static void EightBit(ReadOnlySpan<byte> block, Span<float> target)
    {
        var scale = Half16(block);
        var numbers = MemoryMarshal.Cast<byte, sbyte>(block[2..]);
        for (var i = 0; i < target.Length; i++) target[i] = scale * numbers[i];
    }

    /// <summary>Low halves of 16 bytes are the first 16 numbers, high ones the rest.</summary>
    private static void FourBit(ReadOnlySpan<byte> block, Span<float> target)
    {
        var scale = Half16(block);
        for (var i = 0; i < 16; i++)
        {
            target[i] = scale * ((block[2 + i] & 15) - 8);
            target[i + 16] = scale * ((block[2 + i] >> 4) - 8);
        }
    }

    /// <summary>Eight groups of 32; each has a 6-bit scale and a 6-bit minimum.</summary>
    private static void FourBitSuper(ReadOnlySpan<byte> block, Span<float> target)
    {
        var (scale, minimum) = (Half16(block), Half16(block[2..]));
        var packed = block.Slice(4, 12);
        var numbers = block[16..];
        for (var group = 0; group < 8; group++)
        {
            var (steps, floor) = ScaleAndMinimum(packed, group);
            var (d, m) = (scale * steps, minimum * floor);
            for (var i = 0; i < 32; i++)
            {
                // Two groups share 32 bytes: the even one has the low halves.
                var pair = numbers[group / 2 * 32 + i];
                target[group * 32 + i] = d * (group % 2 == 0 ? pair & 15 : pair >> 4) - m;
            }
        }
    }

    /// <summary>The first four groups' 6 bits lie in one byte, the others' in two.</summary>
    private static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> packed, int group) =>
        group < 4
            ? (packed[group] & 63, packed[group + 4] & 63)
            : ((packed[group + 4] & 15) | ((packed[group - 4] >> 6) << 4),
                (packed[group + 4] >> 4) | ((packed[group] >> 6) << 4));

    /// <summary>16 groups of 16 with a signed 8-bit scale each; 4 bits and 2 bits apart.</summary>
    private static void SixBitSuper(ReadOnlySpan<byte> block, Span<float> target)
    {
        var scale = Half16(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            var low = block.Slice(half * 64, 64);
            var high = block.Slice(128 + half * 32, 32);
            var steps = MemoryMarshal.Cast<byte, sbyte>(block.Slice(192 + half * 8, 8));
            for (var i = 0; i < 128; i++)
            {
                var (row, column) = (i / 32, i % 32);
                var pair = low[row % 2 * 32 + column];
                var four = row < 2 ? pair & 15 : pair >> 4;
                var two = (high[column] >> (2 * row)) & 3;
                target[half * 128 + i] = scale * steps[i / 16] * ((four | (two << 4)) - 32);
            }
        }
    }
}
