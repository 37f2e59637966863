using ILGPU;
using ILGPU.Runtime.Cuda;

namespace AccelSim.Inference.Ilgpu.Kernels;

/// <summary>A warp's product of a 16 by 16 and a 16 by 8 piece, 16 bits in and fp32 out.</summary>
/// <remarks>
/// Lane 4 g + t holds, of the left piece, the words (two numbers each) of rows g and g + 8; of the
/// right, those of column g; of the sums, columns 2 t and 2 t + 1 of rows g and g + 8 (PTX ISA,
/// mma.m16n8k16). Which numbers of a row come first does not matter to a sum, as long as both
/// pieces have them in the same order: a lane takes eight neighbours at a time.
/// </remarks>
internal interface IMatrixUnit
{
    /// <summary>Two numbers in a word, the first in its low half, rounded to the nearest.
    /// </summary>
    uint Pair(float low, float high);

    /// <summary>Adds a product; all lanes of a warp call.</summary>
    void Multiply(ref Four sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1);
}

/// <summary>bf16 by NVIDIA's instruction, from compute capability 8.0.</summary>
internal struct CudaBf16Unit : IMatrixUnit
{
    public readonly uint Pair(float low, float high)
    {
        Output<uint> pair = default;
        Input<float> first = low;
        Input<float> second = high;
        CudaAsm.EmitRef("cvt.rn.bf16x2.f32 %0, %2, %1;", ref pair, ref first, ref second);
        return pair.Value;
    }

    public readonly void Multiply(
        ref Four sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        Ref<float> c0 = sum.A;
        Ref<float> c1 = sum.B;
        Ref<float> c2 = sum.C;
        Ref<float> c3 = sum.D;
        Input<uint> x0 = a0;
        Input<uint> x1 = a1;
        Input<uint> x2 = a2;
        Input<uint> x3 = a3;
        Input<uint> y0 = b0;
        Input<uint> y1 = b1;
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
            + "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};",
            ref c0, ref c1, ref c2, ref c3, ref x0, ref x1, ref x2, ref x3, ref y0, ref y1);
        sum.A = c0.Value;
        sum.B = c1.Value;
        sum.C = c2.Value;
        sum.D = c3.Value;
    }
}

/// <summary>fp16 by NVIDIA's instruction, from compute capability 8.0.</summary>
internal struct CudaFp16Unit : IMatrixUnit
{
    public readonly uint Pair(float low, float high)
    {
        Output<uint> pair = default;
        Input<float> first = low;
        Input<float> second = high;
        CudaAsm.EmitRef("cvt.rn.f16x2.f32 %0, %2, %1;", ref pair, ref first, ref second);
        return pair.Value;
    }

    public readonly void Multiply(
        ref Four sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        Ref<float> c0 = sum.A;
        Ref<float> c1 = sum.B;
        Ref<float> c2 = sum.C;
        Ref<float> c3 = sum.D;
        Input<uint> x0 = a0;
        Input<uint> x1 = a1;
        Input<uint> x2 = a2;
        Input<uint> x3 = a3;
        Input<uint> y0 = b0;
        Input<uint> y1 = b1;
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
            + "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};",
            ref c0, ref c1, ref c2, ref c3, ref x0, ref x1, ref x2, ref x3, ref y0, ref y1);
        sum.A = c0.Value;
        sum.B = c1.Value;
        sum.C = c2.Value;
        sum.D = c3.Value;
    }
}

/// <summary>bf16 by shuffles in a warp of 32: to try kernels without such a device.</summary>
internal struct ShuffledBf16Unit : IMatrixUnit
{
    public readonly uint Pair(float low, float high) =>
        Bits.ToBf16(low) | (Bits.ToBf16(high) << 16);

    public readonly void Multiply(
        ref Four sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        for (var t = 0; t < 4; t++)
        {
            var piece = ShuffledPiece.Of(t, a0, a1, a2, a3, b0, b1);
            sum.A += Dot(piece.A0, piece.B0) + Dot(piece.A2, piece.B1);
            sum.B += Dot(piece.A0, piece.C0) + Dot(piece.A2, piece.C1);
            sum.C += Dot(piece.A1, piece.B0) + Dot(piece.A3, piece.B1);
            sum.D += Dot(piece.A1, piece.C0) + Dot(piece.A3, piece.C1);
        }
    }

    private static float Dot(uint a, uint b) =>
        Interop.IntAsFloat(a << 16) * Interop.IntAsFloat(b << 16)
        + Interop.IntAsFloat(a & 0xFFFF0000) * Interop.IntAsFloat(b & 0xFFFF0000);
}

/// <summary>fp16 by shuffles in a warp of 32: to try kernels without such a device.</summary>
internal struct ShuffledFp16Unit : IMatrixUnit
{
    public readonly uint Pair(float low, float high) =>
        Bits.ToHalf(low) | (Bits.ToHalf(high) << 16);

    public readonly void Multiply(
        ref Four sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        for (var t = 0; t < 4; t++)
        {
            var piece = ShuffledPiece.Of(t, a0, a1, a2, a3, b0, b1);
            sum.A += Dot(piece.A0, piece.B0) + Dot(piece.A2, piece.B1);
            sum.B += Dot(piece.A0, piece.C0) + Dot(piece.A2, piece.C1);
            sum.C += Dot(piece.A1, piece.B0) + Dot(piece.A3, piece.B1);
            sum.D += Dot(piece.A1, piece.C0) + Dot(piece.A3, piece.C1);
        }
    }

    private static float Dot(uint a, uint b) =>
        Bits.OfHalf(a & 0xFFFF) * Bits.OfHalf(b & 0xFFFF)
        + Bits.OfHalf(a >> 16) * Bits.OfHalf(b >> 16);
}

/// <summary>Words of other lanes that make up one lane's four sums.</summary>
internal struct ShuffledPiece
{
    public uint A0;
    public uint A1;
    public uint A2;
    public uint A3;
    public uint B0;
    public uint B1;
    public uint C0;
    public uint C1;

    public static ShuffledPiece Of(
        int t, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        var lane = Group.IdxX & (WarpTeam.Size - 1);
        // Lanes of the same row, and lanes of the columns whose sums are the lane's.
        var row = (lane & ~3) + t;
        var column = 8 * (lane & 3) + t;
        return new ShuffledPiece
        {
            A0 = Warp.Shuffle(a0, row), A1 = Warp.Shuffle(a1, row),
            A2 = Warp.Shuffle(a2, row), A3 = Warp.Shuffle(a3, row),
            B0 = Warp.Shuffle(b0, column), B1 = Warp.Shuffle(b1, column),
            C0 = Warp.Shuffle(b0, column + 4), C1 = Warp.Shuffle(b1, column + 4),
        };
    }
}
