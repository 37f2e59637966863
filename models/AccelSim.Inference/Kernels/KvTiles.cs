using System.Runtime.CompilerServices;

namespace AccelSim.Inference.Kernels;

/// <summary>Scores and sums of values for few queries, straight from the cache's format.</summary>
internal static unsafe class KvTiles<V, L, W>
    where V : struct where L : struct, ILanes<V> where W : struct, IWeightLoad
{
    /// <summary>Queries times keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores(in MatrixView keys, in Rows queries, in Rows scores)
    {
        for (var key = 0; key < keys.Rows; key += 4)
        {
            if (queries.Count == 1)
            {
                DotTiles<V, L, W>.Rows4(keys, key, queries.Data, scores.Data);
                continue;
            }
            for (var row = 0; row < queries.Count; row += 4)
                DotTiles<V, L, W>.Rows4x4(keys, key, queries, row, scores, add: false);
        }
    }

    /// <summary>Adds values, each times its weight: four rows and 32 numbers at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Values(in MatrixView values, in Rows weights, in Rows output)
    {
        unchecked
        {
            var last = weights.Count - 1;
            for (var row = 0; row <= last; row += 4)
            {
                int r1 = Math.Min(row + 1, last), r2 = Math.Min(row + 2, last);
                var r3 = Math.Min(row + 3, last);
                float* p0 = weights[row], p1 = weights[r1], p2 = weights[r2], p3 = weights[r3];
                float* o0 = output[row], o1 = output[r1], o2 = output[r2], o3 = output[r3];
                for (var run = 0; run < values.Columns; run += Matrix.Run)
                {
                    for (var part = 0; part < 16; part += L.Count)
                    {
                        var at = run + part;
                        V a0 = L.Load(o0 + at), a1 = L.Load(o1 + at);
                        V a2 = L.Load(o2 + at), a3 = L.Load(o3 + at);
                        at += 16;
                        V b0 = L.Load(o0 + at), b1 = L.Load(o1 + at);
                        V b2 = L.Load(o2 + at), b3 = L.Load(o3 + at);
                        var value = values.Data;
                        for (var key = 0; key < values.Rows; key++, value += values.RowBytes)
                        {
                            W.Load<V, L>(value, run, part, out var first, out var second);
                            if (W.IsScaled)
                            {
                                var scale = L.Set(values.Scales[key]);
                                first = L.Multiply(first, scale);
                                second = L.Multiply(second, scale);
                            }
                            Add(L.Set(p0[key]), first, second, ref a0, ref b0);
                            Add(L.Set(p1[key]), first, second, ref a1, ref b1);
                            Add(L.Set(p2[key]), first, second, ref a2, ref b2);
                            Add(L.Set(p3[key]), first, second, ref a3, ref b3);
                        }
                        Store(o0, at, a0, b0);
                        Store(o1, at, a1, b1);
                        Store(o2, at, a2, b2);
                        Store(o3, at, a3, b3);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V weight, V first, V second, ref V a, ref V b)
    {
        a = L.Fma(weight, first, a);
        b = L.Fma(weight, second, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, int at, V a, V b)
    {
        unchecked
        {
            L.Store(a, to + at - 16);
            L.Store(b, to + at);
        }
    }
}
