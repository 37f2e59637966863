using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AccelSim.Inference.Kernels;

/// <summary>How keys and values are kept.</summary>
public enum KvKind
{
    /// <summary>IEEE 32 bit.</summary>
    F32,
    /// <summary>The upper half of an IEEE 32-bit number.</summary>
    Bf16,
    /// <summary>IEEE 16 bit.</summary>
    Fp16,
    /// <summary>8-bit integers, an fp32 scale per token and head.</summary>
    Int8,
    /// <summary>4-bit integers, an fp32 scale per token and head.</summary>
    Int4,
    /// <summary>
    /// Four levels, an fp32 scale and an fp32 offset for every 32 numbers (<see cref="KvScheme"/>).
    /// </summary>
    Int2,
}

/// <summary>Keys and values of one layer in blocks of tokens.</summary>
/// <remarks>
/// A block holds, for each head, its tokens one after the other: keys in one region, values in
/// another. Heads are filled up with zeros to whole runs of 32 numbers.
/// </remarks>
public sealed unsafe partial class KvPages : IDisposable
{
    private const int CacheLine = 64;
    private readonly NativeBuffer _data;
    private readonly NativeBuffer _scales;

    /// <summary>Takes memory.</summary>
    /// <param name="blocks">Blocks.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <param name="heads">Key/value heads.</param>
    /// <param name="headDim">Numbers of a head.</param>
    /// <param name="kind">Their format.</param>
    /// <param name="scheme">Of two bits: what shares scales; null: nothing but numbers of a token.
    /// </param>
    public KvPages(
        int blocks, int blockSize, int heads, int headDim, KvKind kind, KvScheme? scheme = null)
    {
        Scheme = scheme ?? KvScheme.Plain;
        if (kind != KvKind.Int2 && Scheme != KvScheme.Plain)
            throw new ArgumentException("Only caches of two bits have a scheme.", nameof(scheme));
        if (Scheme.KeyGroup is not (0 or Matrix.Run))
            throw new ArgumentException("Scales have room in groups of 32.", nameof(scheme));
        Kind = kind;
        BlockSize = blockSize;
        Heads = heads;
        HeadDim = headDim;
        Width = Matrix.Padded(headDim);
        RowBytes = Width * Bits(kind) / 8;
        Slots = (long)blocks * blockSize;
        Rows = Slots * heads;
        _data = new NativeBuffer(2 * Rows * RowBytes);
        RowScales = ScaleBits(kind, headDim) / (8 * sizeof(float));
        _scales = new NativeBuffer(2 * Rows * RowScales * sizeof(float));
        _exact = new ExactRows(Width);
    }

    /// <summary>The format.</summary>
    public KvKind Kind { get; }

    /// <summary>Tokens of a block.</summary>
    public int BlockSize { get; }

    /// <summary>Key/value heads.</summary>
    public int Heads { get; }

    /// <summary>Numbers of a head.</summary>
    public int HeadDim { get; }

    /// <summary>What shares scales in a cache of two bits.</summary>
    public KvScheme Scheme { get; }

    /// <summary>Memory taken.</summary>
    public long Bytes => _data.Bytes + _scales.Bytes + _exact.Bytes;

    /// <summary>Numbers of a head with what it is filled up with.</summary>
    internal int Width { get; }

    private int RowBytes { get; }

    /// <summary>Scales and offsets of a token's key, or of its value.</summary>
    private int RowScales { get; }

    private long Slots { get; }

    private long Rows { get; }

    /// <summary>Bits of a number without its share of scales.</summary>
    public static int Bits(KvKind kind) => kind switch
    {
        KvKind.F32 => 32,
        KvKind.Bf16 or KvKind.Fp16 => 16,
        KvKind.Int8 => 8,
        KvKind.Int4 => 4,
        _ => 2,
    };

    /// <summary>Bits of scales and offsets of a key, and as many of a value.</summary>
    /// <param name="kind">The format.</param>
    /// <param name="headDim">Numbers of a head.</param>
    public static int ScaleBits(KvKind kind, int headDim) => 8 * sizeof(float) * kind switch
    {
        KvKind.Int8 or KvKind.Int4 => 1,
        KvKind.Int2 => Matrix.Padded(headDim) / Matrix.Run * TwoBits.Pair,
        _ => 0,
    };

    /// <summary>Writes one head of one token, by itself.</summary>
    /// <param name="slot">Block times block size plus place in the block.</param>
    /// <param name="head">The head.</param>
    /// <param name="value">Whether it is the value, not the key.</param>
    /// <param name="numbers">As many as the head has.</param>
    public void Write(long slot, int head, bool value, ReadOnlySpan<float> numbers)
    {
        var row = RowOf(slot, head, value);
        var to = _data.Data + row * RowBytes;
        switch (Kind)
        {
            case KvKind.Int8:
                _scales.Floats[row] = Packer.Int8(numbers, (sbyte*)to);
                break;
            case KvKind.Int4:
                _scales.Floats[row] = Packer.Int4(numbers, to);
                break;
            case KvKind.Int2:
                if (value) Unmark(row);
                TwoBits.Pack(numbers, to, ScalesOf(row));
                break;
            default:
                Packer.Plain(
                    Kind switch
                    {
                        KvKind.F32 => StorageKind.F32,
                        KvKind.Bf16 => StorageKind.Bf16,
                        _ => StorageKind.Fp16,
                    },
                    numbers, to);
                break;
        }
    }

    /// <summary>Copies keys and values of a token to another slot.</summary>
    public void Copy(long from, long to)
    {
        if (Scheme.KeyGroup > 0)
            throw new InvalidOperationException("Tokens of a group do not go elsewhere.");
        if (from == to) return;
        for (var head = 0; head < Heads; head++)
        {
            foreach (var value in new[] { false, true })
            {
                var (source, target) = (RowOf(from, head, value), RowOf(to, head, value));
                new ReadOnlySpan<byte>(_data.Data + source * RowBytes, RowBytes)
                    .CopyTo(new Span<byte>(_data.Data + target * RowBytes, RowBytes));
                if (value) Unmark(target);
                new ReadOnlySpan<float>(ScalesOf(source), RowScales)
                    .CopyTo(new Span<float>(ScalesOf(target), RowScales));
                if (value) CopyExact(source, target);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _scales.Dispose();
        _exact.Dispose();
    }

    /// <summary>Consecutive tokens of one head and block as rows of a matrix.</summary>
    internal MatrixView View(long slot, int count, int head, bool value)
    {
        unchecked
        {
            var row = RowOf(slot, head, value);
            return new MatrixView
            {
                Data = _data.Data + row * RowBytes,
                RowBytes = RowBytes,
                Scales = ScalesOf(row),
                Rows = count,
                Columns = Width,
                Group = Width,
                Groups = 1,
            };
        }
    }

    /// <summary>Asks for consecutive tokens of one head and block ahead of their use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Ask(long slot, int count, int head)
    {
        if (!Sse.IsSupported) return;
        unchecked
        {
            var (keys, values) = (RowOf(slot, head, false), RowOf(slot, head, true));
            for (var at = 0; at < count * RowBytes; at += CacheLine)
            {
                Sse.Prefetch0(_data.Data + keys * RowBytes + at);
                Sse.Prefetch0(_data.Data + values * RowBytes + at);
            }
        }
    }

    /// <summary>Expands keys and values of consecutive tokens of one head and block to fp32.
    /// </summary>
    /// <param name="slot">The first.</param>
    /// <param name="count">How many.</param>
    /// <param name="head">The head.</param>
    /// <param name="keys">Receives keys, one after the other.</param>
    /// <param name="values">Receives values.</param>
    internal void Read<V, L>(long slot, int count, int head, float* keys, float* values)
        where V : struct where L : struct, ILanes<V>
    {
        if (Kind == KvKind.Int2)
        {
            ReadTwoBits<V, L>(slot, count, head, null, keys, values);
            return;
        }
        Read<V, L>(RowOf(slot, head, false), count, keys);
        Read<V, L>(RowOf(slot, head, true), count, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read<V, L>(long row, int count, float* to)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            for (var i = 0; i < count; i++, row++, to += Width)
            {
                var from = _data.Data + row * RowBytes;
                switch (Kind)
                {
                    case KvKind.F32:
                        Expand<V, L, LoadF32>(from, 1, to);
                        break;
                    case KvKind.Bf16:
                        Expand<V, L, LoadBf16>(from, 1, to);
                        break;
                    case KvKind.Fp16:
                        Expand<V, L, LoadFp16>(from, 1, to);
                        break;
                    case KvKind.Int8:
                        Expand<V, L, LoadInt8>(from, *ScalesOf(row), to);
                        break;
                    default:
                        Expand<V, L, LoadInt4>(from, *ScalesOf(row), to);
                        break;
                }
            }
        }
    }

    private float* ScalesOf(long row) => unchecked(_scales.Floats + row * RowScales);

    private long RowOf(long slot, int head, bool value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)slot, (ulong)Slots);
        var (block, place) = Math.DivRem(slot, BlockSize);
        var row = (block * Heads + head) * BlockSize + place;
        return value ? Rows + row : row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Expand<V, L, W>(byte* from, float scale, float* to)
        where V : struct where L : struct, ILanes<V> where W : struct, IWeightLoad
    {
        unchecked
        {
            var factor = L.Set(scale);
            for (var run = 0; run < Width; run += Matrix.Run)
            {
                for (var part = 0; part < 16; part += L.Count)
                {
                    W.Load<V, L>(from, run, part, out var first, out var second);
                    if (W.IsScaled)
                    {
                        first = L.Multiply(first, factor);
                        second = L.Multiply(second, factor);
                    }
                    L.Store(first, to + run + part);
                    L.Store(second, to + run + part + 16);
                }
            }
        }
    }
}
