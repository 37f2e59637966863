using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AccelSim.Inference.Kernels;

/// <summary>The vector operations that kernels are written in, for one width.</summary>
/// <typeparam name="V">The vector of fp32 numbers.</typeparam>
internal unsafe interface ILanes<V> where V : struct
{
    /// <summary>Numbers of a vector; divides 16.</summary>
    static abstract int Count { get; }

    static abstract V Load(float* from);

    static abstract void Store(V value, float* to);

    static abstract V Set(float value);

    static abstract V Add(V a, V b);

    static abstract V Multiply(V a, V b);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract V Fma(V a, V b, V c);

    static abstract float Sum(V value);

    /// <summary>The sums of four vectors.</summary>
    static abstract Vector128<float> Sums(V a, V b, V c, V d);

    static abstract V FromBf16(ushort* from);

    /// <summary>Expands finite numbers; infinities become large ones.</summary>
    static abstract V FromFp16(ushort* from);

    static abstract V FromInt8(sbyte* from);

    /// <summary>Expands E4M3; the format's NaN becomes 480.</summary>
    static abstract V FromFp8(byte* from);

    /// <summary>Low and high halves of bytes, each less 8.</summary>
    static abstract void FromInt4(byte* from, out V low, out V high);

    /// <summary>Low and high halves of bytes, each the level of that number.</summary>
    static abstract void FromNf4(byte* from, out V low, out V high);

    /// <summary>Whole numbers of two bits, the first lowest, from one of sixteen on.</summary>
    static abstract V FromPairs(uint* pairs, int first);

    /// <summary>
    /// Whole numbers whose two low bits are in one word; the third ones begin at a bit of another.
    /// </summary>
    static abstract V FromThirds(uint* pairs, uint* thirds, int first, int bit);

    /// <summary>
    /// Numbers of bf16 at the places whose bits are set, zeros elsewhere. Reads as many as a vector
    /// has.
    /// </summary>
    static abstract V FromSparse(ushort* from, uint mask);
}

/// <summary>Sixteen numbers: AVX-512.</summary>
internal unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Count => 16;

    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    public static void Store(Vector512<float> value, float* to) => value.Store(to);

    public static Vector512<float> Set(float value) => Vector512.Create(value);

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Fma(
        Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    public static float Sum(Vector512<float> value) =>
        Vector256.Sum(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) =>
        Lanes256.Sums(
            a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(),
            c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromBf16(ushort* from) =>
        (Avx512F.ConvertToVector512Int32(Vector256.Load(from)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromFp16(ushort* from)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from)) << 13;
        var bits = wide & Vector512.Create(Half16.Kept);
        return bits.AsSingle() * Vector512.Create(Half16.Lift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromInt8(sbyte* from) =>
        Avx512F.ConvertToVector512Single(
            Avx512F.ConvertToVector512Int32(Vector128.Load(from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromFp8(byte* from)
    {
        var wide = Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)from)) << 20;
        return (wide & Vector512.Create(E4M3.Kept)).AsSingle() * Vector512.Create(E4M3.Lift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FromInt4(
        byte* from, out Vector512<float> low, out Vector512<float> high)
    {
        // The permutation looks at the lowest four bits alone.
        var nibbles = Vector512.Create(
            -8f, -7f, -6f, -5f, -4f, -3f, -2f, -1f, 0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f);
        var wide = Avx512F.ConvertToVector512Int32(Vector128.Load(from));
        low = Avx512F.PermuteVar16x32(nibbles, wide);
        high = Avx512F.PermuteVar16x32(nibbles, wide >> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FromNf4(
        byte* from, out Vector512<float> low, out Vector512<float> high)
    {
        var levels = Vector512.Create(NormalFloat.Levels);
        var wide = Avx512F.ConvertToVector512Int32(Vector128.Load(from));
        low = Avx512F.PermuteVar16x32(levels, wide);
        high = Avx512F.PermuteVar16x32(levels, wide >> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromPairs(uint* pairs, int first)
    {
        // The permutation looks at the lowest four bits alone: two of them are the next number's.
        var levels = Vector512.Create(
            0f, 1f, 2f, 3f, 0f, 1f, 2f, 3f, 0f, 1f, 2f, 3f, 0f, 1f, 2f, 3f);
        return Avx512F.PermuteVar16x32(levels, Pairs(pairs).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromThirds(uint* pairs, uint* thirds, int first, int bit)
    {
        var levels = Vector512.Create(
            0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f);
        // Each lane's own bit comes third.
        var high = Avx512F.RotateRightVariable(
            Vector512.Create(*thirds),
            Vector512<uint>.Indices + Vector512.Create(unchecked((uint)(bit - 2))));
        var index = Vector512.ConditionalSelect(Vector512.Create(3u), Pairs(pairs), high);
        return Avx512F.PermuteVar16x32(levels, index.AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FromSparse(ushort* from, uint mask)
    {
        var set = ~Vector512.Equals(
            Vector512.Create(mask) & Avx512F.ShiftLeftLogicalVariable(
                Vector512<uint>.One, Vector512<uint>.Indices),
            Vector512<uint>.Zero);
        return Avx512F.Expand(Vector512<float>.Zero, set.AsSingle(), FromBf16(from));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Pairs(uint* pairs) => Avx512F.ShiftRightLogicalVariable(
        Vector512.Create(*pairs), Vector512<uint>.Indices << 1);
}

/// <summary>Eight numbers: AVX2, and whatever else .NET makes of 256 bits.</summary>
internal unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    public static void Store(Vector256<float> value, float* to) => value.Store(to);

    public static Vector256<float> Set(float value) => Vector256.Create(value);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Fma(
        Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    public static float Sum(Vector256<float> value) => Vector256.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx.IsSupported) return Vector128.Create(Sum(a), Sum(b), Sum(c), Sum(d));
        var pairs = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return pairs.GetLower() + pairs.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromBf16(ushort* from) =>
        (Vector256.WidenLower(Vector128.Load(from).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromFp16(ushort* from)
    {
        var wide = Vector256.WidenLower(Vector128.Load((short*)from).ToVector256Unsafe()) << 13;
        var bits = wide & Vector256.Create(Half16.Kept);
        return bits.AsSingle() * Vector256.Create(Half16.Lift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromInt8(sbyte* from)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(long*)from).AsSByte();
        var shorts = Vector128.WidenLower(bytes);
        return Vector256.ConvertToSingle(Vector256.WidenLower(shorts.ToVector256Unsafe()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromFp8(byte* from)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(long*)from).AsSByte();
        var shorts = Vector128.WidenLower(bytes);
        var wide = Vector256.WidenLower(shorts.ToVector256Unsafe()) << 20;
        return (wide & Vector256.Create(E4M3.Kept)).AsSingle() * Vector256.Create(E4M3.Lift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FromInt4(
        byte* from, out Vector256<float> low, out Vector256<float> high)
    {
        var wide = Widened(from);
        var eight = Vector256.Create(8f);
        low = Vector256.ConvertToSingle(wide & Vector256.Create(15)) - eight;
        high = Vector256.ConvertToSingle(wide >> 4) - eight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FromNf4(
        byte* from, out Vector256<float> low, out Vector256<float> high)
    {
        var wide = Widened(from);
        low = Level(wide & Vector256.Create(15));
        high = Level(wide >> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromPairs(uint* pairs, int first) =>
        Vector256.ConvertToSingle(Pairs(pairs, first).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromThirds(uint* pairs, uint* thirds, int first, int bit)
    {
        var high = Shifted(unchecked(*thirds >> (bit + first)), 1) & Vector256<uint>.One;
        return Vector256.ConvertToSingle((Pairs(pairs, first) | (high << 2)).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Pairs(uint* pairs, int first) =>
        Shifted(unchecked(*pairs >> (2 * first)), 2) & Vector256.Create(3u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FromSparse(ushort* from, uint mask)
    {
        var places = Vector256.LoadAligned(Places.Of(mask & 0xFF));
        var there = Vector256.LessThan(places, Vector256.Create(Count));
        return Vector256.Shuffle(FromBf16(from), places) & there.AsSingle();
    }

    /// <summary>A byte in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widened(byte* from)
    {
        var bytes = Vector128.CreateScalarUnsafe(*(long*)from).AsByte();
        var shorts = Vector128.WidenLower(bytes);
        return Vector256.WidenLower(shorts.ToVector256Unsafe()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Level(Vector256<int> index)
    {
        var eight = Vector256.Create(8);
        var low = Vector256.Shuffle(
            Vector256.Create(NormalFloat.Levels.AsSpan(0, 8)), index & Vector256.Create(7));
        var high = Vector256.Shuffle(
            Vector256.Create(NormalFloat.Levels.AsSpan(8, 8)), index & Vector256.Create(7));
        return Vector256.ConditionalSelect(
            Vector256.LessThan(index, eight).AsSingle(), low, high);
    }

    /// <summary>A word in each lane, shifted so that the lane's own number is lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Shifted(uint word, uint bits)
    {
        var by = Vector256<uint>.Indices * bits;
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(Vector256.Create(word), by);
        var lanes = stackalloc uint[Count];
        for (var i = 0; i < Count; i++) lanes[i] = word >> (int)by[i];
        return Vector256.Load(lanes);
    }

    /// <summary>For each byte of bits: where the number of each place stands, 8 for none.</summary>
    private static class Places
    {
        private static readonly NativeBuffer All = Make();

        public static int* Of(uint bits) => unchecked((int*)All.Data + bits * 8);

        private static NativeBuffer Make()
        {
            var all = new NativeBuffer(256 * 8 * sizeof(int));
            var to = (int*)all.Data;
            for (var bits = 0; bits < 256; bits++)
            {
                for (int i = 0, next = 0; i < 8; i++)
                    *to++ = (bits >> i & 1) != 0 ? next++ : 8;
            }
            return all;
        }
    }
}

/// <summary>
/// Half precision by shifting: exponent and mantissa go where fp32 has them, and a product with a
/// power of two mends the exponent's bias, also of subnormal numbers.
/// </summary>
internal static class Half16
{
    /// <summary>Sign, exponent and mantissa after the shift of a sign-extended number.</summary>
    public const int Kept = unchecked((int)0x8FFFE000);

    /// <summary>2 to the 112: the difference of the biases, 127 − 15.</summary>
    public const float Lift = 5.192296858534828e33f;
}

/// <summary>
/// Floating point of eight bits, four of them exponent (Micikevicius et al. 2022), expanded as
/// half precision is.
/// </summary>
internal static class E4M3
{
    /// <summary>The largest number.</summary>
    public const float Most = 448;

    /// <summary>Sign, exponent and mantissa after the shift of a sign-extended number.</summary>
    public const int Kept = unchecked((int)0x87F00000);

    /// <summary>2 to the 120: the difference of the biases, 127 − 7.</summary>
    public const float Lift = 1.329227995784916e36f;

    private const float LeastNormal = 1f / 64;
    private const float SubnormalSteps = 512;

    /// <summary>The nearest number, ties to even; at most 448.</summary>
    public static byte From(float value)
    {
        unchecked
        {
            var sign = (BitConverter.SingleToUInt32Bits(value) >> 24) & 0x80;
            var size = MathF.Min(MathF.Abs(value), Most);
            if (size < LeastNormal) return (byte)(sign | (uint)MathF.Round(size * SubnormalSteps));
            var bits = BitConverter.SingleToUInt32Bits(size);
            return (byte)(sign | (((bits + 0x7FFFF + ((bits >> 20) & 1)) >> 20) - (120 << 3)));
        }
    }
}
