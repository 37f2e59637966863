using System.Numerics;
using System.Runtime.CompilerServices;

namespace AccelSim.Inference.Kernels;

/// <summary>Expands weights of one format in registers.</summary>
internal unsafe interface IWeightLoad
{
    /// <summary>Bits of a number.</summary>
    static abstract int Bits { get; }

    /// <summary>Whether groups have scales.</summary>
    static abstract bool IsScaled { get; }

    /// <summary>Whether groups have offsets.</summary>
    static abstract bool HasOffset { get; }

    /// <summary>
    /// Expands two vectors of a run: the numbers from <c>run + part</c> and those sixteen later,
    /// without their scale.
    /// </summary>
    static abstract void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>;
}

/// <summary>What is done with whichever load a format has.</summary>
internal interface IWithLoad
{
    /// <summary>Does it.</summary>
    void Run<W>() where W : unmanaged, IWeightLoad;
}

/// <summary>Which format has which load.</summary>
internal static class WeightLoads
{
    /// <summary>Does something with a format's load.</summary>
    public static void Choose<T>(Storage storage, T work) where T : struct, IWithLoad
    {
        switch (storage.Kind)
        {
            case StorageKind.F32: work.Run<LoadF32>(); break;
            case StorageKind.Bf16: work.Run<LoadBf16>(); break;
            case StorageKind.Fp16: work.Run<LoadFp16>(); break;
            case StorageKind.Int8: work.Run<LoadInt8>(); break;
            case StorageKind.Fp8: work.Run<LoadFp8>(); break;
            case StorageKind.Int4 when storage.HasOffset: work.Run<LoadInt4Offset>(); break;
            case StorageKind.Int4: work.Run<LoadInt4>(); break;
            case StorageKind.Nf4: work.Run<LoadNf4>(); break;
            case StorageKind.Int3: work.Run<LoadInt3>(); break;
            case StorageKind.Int2: work.Run<LoadInt2>(); break;
            case StorageKind.Sparse24: work.Run<LoadSparse24>(); break;
            case StorageKind.SparseHalf: work.Run<LoadSparseHalf>(); break;
            default: throw new ArgumentOutOfRangeException(nameof(storage));
        }
    }
}

/// <summary>fp32.</summary>
internal unsafe struct LoadF32 : IWeightLoad
{
    public static int Bits => 32;

    public static bool IsScaled => false;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = (float*)row + run + part;
            first = L.Load(from);
            second = L.Load(from + 16);
        }
    }
}

/// <summary>bf16.</summary>
internal unsafe struct LoadBf16 : IWeightLoad
{
    public static int Bits => 16;

    public static bool IsScaled => false;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = (ushort*)row + run + part;
            first = L.FromBf16(from);
            second = L.FromBf16(from + 16);
        }
    }
}

/// <summary>fp16.</summary>
internal unsafe struct LoadFp16 : IWeightLoad
{
    public static int Bits => 16;

    public static bool IsScaled => false;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = (ushort*)row + run + part;
            first = L.FromFp16(from);
            second = L.FromFp16(from + 16);
        }
    }
}

/// <summary>int8 with scales.</summary>
internal unsafe struct LoadInt8 : IWeightLoad
{
    public static int Bits => 8;

    public static bool IsScaled => true;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = (sbyte*)row + run + part;
            first = L.FromInt8(from);
            second = L.FromInt8(from + 16);
        }
    }
}

/// <summary>E4M3 with scales.</summary>
internal unsafe struct LoadFp8 : IWeightLoad
{
    public static int Bits => 8;

    public static bool IsScaled => true;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = row + run + part;
            first = L.FromFp8(from);
            second = L.FromFp8(from + 16);
        }
    }
}

/// <summary>int4 with scales.</summary>
internal unsafe struct LoadInt4 : IWeightLoad
{
    public static int Bits => 4;

    public static bool IsScaled => true;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V> =>
        L.FromInt4(unchecked(row + (run >> 1) + part), out first, out second);
}

/// <summary>int4 with scales and offsets.</summary>
internal unsafe struct LoadInt4Offset : IWeightLoad
{
    public static int Bits => 4;

    public static bool IsScaled => true;

    public static bool HasOffset => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V> =>
        L.FromInt4(unchecked(row + (run >> 1) + part), out first, out second);
}

/// <summary>NF4 with scales.</summary>
internal unsafe struct LoadNf4 : IWeightLoad
{
    public static int Bits => 4;

    public static bool IsScaled => true;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V> =>
        L.FromNf4(unchecked(row + (run >> 1) + part), out first, out second);
}

/// <summary>Three bits with scales and offsets.</summary>
internal unsafe struct LoadInt3 : IWeightLoad
{
    public static int Bits => 3;

    public static bool IsScaled => true;

    public static bool HasOffset => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V> =>
        Planes.Three<V, L>(unchecked(row + (run >> 5) * 12), part, out first, out second);
}

/// <summary>Two bits with scales and offsets.</summary>
internal unsafe struct LoadInt2 : IWeightLoad
{
    public static int Bits => 2;

    public static bool IsScaled => true;

    public static bool HasOffset => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V> =>
        Planes.Two<V, L>(unchecked(row + (run >> 2)), part, out first, out second);
}

/// <summary>bf16, two of every four.</summary>
internal unsafe struct LoadSparse24 : IWeightLoad
{
    public static int Bits => 9;

    public static bool IsScaled => false;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var from = row + (run >> 5) * SparsePacker.RunBytes;
            var mask = *(uint*)from >> part;
            var numbers = (ushort*)(from + sizeof(uint)) + (part >> 1);
            first = L.FromSparse(numbers, mask);
            second = L.FromSparse(numbers + 8, mask >> 16);
        }
    }
}

/// <summary>bf16, half of a row.</summary>
internal unsafe struct LoadSparseHalf : IWeightLoad
{
    public static int Bits => 10;

    public static bool IsScaled => false;

    public static bool HasOffset => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V, L>(byte* row, int run, int part, out V first, out V second)
        where V : struct where L : struct, ILanes<V>
    {
        unchecked
        {
            var head = (uint*)(row + (run >> 5) * SparsePacker.HeadBytes);
            var mask = head[0];
            var numbers = (ushort*)(row + head[1]);
            var before = (uint)((1 << part) - 1);
            first = L.FromSparse(
                numbers + BitOperations.PopCount(mask & before), mask >> part);
            second = L.FromSparse(
                numbers + BitOperations.PopCount(mask & ((before << 16) | 0xFFFF)),
                mask >> (part + 16));
        }
    }
}
