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
