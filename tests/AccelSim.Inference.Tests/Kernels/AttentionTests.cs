using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>Attention over a paged cache against fp64.</summary>
public sealed unsafe class AttentionTests : IDisposable
{
    private const int BlockSize = 16;
    private readonly CpuPool _pool = new(2);

    /// <summary>History, new tokens, query heads, key/value heads, width, window.</summary>
    [Theory]
    [InlineData(0, 1, 1, 1, 8, 0)]
    [InlineData(0, 70, 4, 2, 20, 0)]
    [InlineData(131, 1, 8, 1, 64, 0)]
    [InlineData(200, 33, 6, 3, 40, 0)]
    [InlineData(63, 2, 96, 1, 16, 0)]
    [InlineData(150, 40, 4, 4, 32, 17)]
    [InlineData(90, 1, 4, 2, 33, 64)]
    // Few rows see so many keys that threads part them, the last part a short one.
    [InlineData(9001, 1, 4, 1, 64, 0)]
    [InlineData(5000, 2, 3, 1, 40, 0)]
    [InlineData(7000, 1, 2, 2, 33, 3500)]
    // As many, but rows enough to expand keys first; and tokens enough not to part them.
    [InlineData(4200, 30, 8, 2, 32, 0)]
    [InlineData(4200, 5, 8, 2, 32, 0)]
    public void AgreesWithFp64(
        int history, int count, int heads, int kvHeads, int dim, int window)
    {
        var random = new SimRandom(history * 7 + count, "attention");
        var length = history + count;
        var blocks = Enumerable.Range(0, (length + BlockSize - 1) / BlockSize).Reverse().ToArray();
        using var pages = new KvPages(blocks.Length, BlockSize, kvHeads, dim, KvKind.F32);
        var keys = Rows(random, length, kvHeads * dim);
        var values = Rows(random, length, kvHeads * dim);
        for (var t = 0; t < length; t++)
        {
            var slot = (long)blocks[t / BlockSize] * BlockSize + t % BlockSize;
            for (var head = 0; head < kvHeads; head++)
            {
                pages.Write(slot, head, false, keys[t].AsSpan(head * dim, dim));
                pages.Write(slot, head, true, values[t].AsSpan(head * dim, dim));
            }
        }
        var queries = Rows(random, count, heads * dim);
        var (x, y) = (queries.SelectMany(row => row).ToArray(), new float[count * heads * dim]);
        Array.Fill(y, float.NaN);
        var scale = 2 / MathF.Sqrt(dim);
        fixed (float* px = x, py = y)
        {
            Attention.Run(
                _pool, pages, [new AttentionSpan(0, count, history, blocks)],
                new AttentionHeads(heads, scale, window), px, heads * dim, py, heads * dim);
        }
        for (var t = 0; t < count; t++)
        {
            for (var head = 0; head < heads; head++)
            {
                var at = head / (heads / kvHeads) * dim;
                var exact = Exact(
                    queries[t].AsSpan(head * dim, dim), keys, values, at, history + t, scale,
                    window);
                for (var d = 0; d < dim; d++)
                {
                    Assert.InRange(
                        y[(t * heads + head) * dim + d], exact[d] - 3e-6, exact[d] + 3e-6);
                }
            }
        }
    }

    /// <summary>Parted keys in every format: against the same rows asked for together.</summary>
    [Theory]
    [InlineData(KvKind.F32)]
    [InlineData(KvKind.Bf16)]
    [InlineData(KvKind.Fp16)]
    [InlineData(KvKind.Int8)]
    [InlineData(KvKind.Int4)]
    [InlineData(KvKind.Int2)]
    public void FewRows_GetWhatManyGet(KvKind kind)
    {
        const int length = 5200, heads = 4, dim = 72, many = 3;
        var blocks = Enumerable.Range(0, length / BlockSize).Reverse().ToArray();
        using var pages = new KvPages(blocks.Length, BlockSize, 1, dim, kind);
        var random = new SimRandom(9, "parts");
        for (var t = 0; t < length; t++)
        {
            var slot = (long)blocks[t / BlockSize] * BlockSize + t % BlockSize;
            pages.Write(slot, 0, false, Rows(random, 1, dim)[0]);
            pages.Write(slot, 0, true, Rows(random, 1, dim)[0]);
        }
        float[] x = [.. Rows(random, many, heads * dim).SelectMany(row => row)];
        var (together, alone) = (new float[x.Length], new float[x.Length]);
        var shape = new AttentionHeads(heads, 0.3f);
        const int width = heads * dim;
        fixed (float* px = x, py = together, pz = alone)
        {
            Attention.Run(
                _pool, pages, [new AttentionSpan(0, many, length - many, blocks)], shape, px,
                width, py, width);
            for (var i = 0; i < many; i++)
            {
                Attention.Run(
                    _pool, pages, [new AttentionSpan(i, 1, length - many + i, blocks)], shape,
                    px, width, pz, width);
            }
        }
        for (var i = 0; i < x.Length; i++)
            Assert.InRange(alone[i], together[i] - 3e-6, together[i] + 3e-6);
    }

    [Theory]
    [InlineData(KvKind.Bf16, 1.0 / 256)]
    [InlineData(KvKind.Fp16, 1.0 / 2048)]
    [InlineData(KvKind.Int8, 0.5 / 127)]
    [InlineData(KvKind.Int4, 0.5 / 7)]
    [InlineData(KvKind.Int2, 1.0 / 3)]
    public void OneToken_ComesBackAsItsFormatKeepsIt(KvKind kind, double step)
    {
        const int dim = 45;
        using var pages = new KvPages(2, BlockSize, 2, dim, kind);
        var random = new SimRandom(5, "one token");
        var value = Rows(random, 1, dim)[0];
        pages.Write(BlockSize, 1, false, value);
        pages.Write(BlockSize, 1, true, value);
        var (x, y) = (new float[2 * dim], new float[2 * dim]);
        fixed (float* px = x, py = y)
        {
            Attention.Run(
                _pool, pages, [new AttentionSpan(0, 1, 0, [1])], new AttentionHeads(2, 1), px,
                2 * dim, py, 2 * dim);
        }
        var worst = Enumerable.Range(0, dim).Max(i => Math.Abs((double)value[i] - y[dim + i]));
        Assert.InRange(worst, step / 4, step * 1.01);
    }

    public void Dispose() => _pool.Dispose();

    private static double[] Exact(
        ReadOnlySpan<float> query, float[][] keys, float[][] values, int at, int position,
        double scale, int window)
    {
        var from = window == 0 ? 0 : Math.Max(0, position - window + 1);
        var scores = new double[position - from + 1];
        for (var s = 0; s < scores.Length; s++)
        {
            for (var d = 0; d < query.Length; d++)
                scores[s] += scale * query[d] * keys[from + s][at + d];
        }
        var largest = scores.Max();
        var weights = scores.Select(score => Math.Exp(score - largest)).ToArray();
        var sum = weights.Sum();
        var mixed = new double[query.Length];
        for (var s = 0; s < weights.Length; s++)
        {
            for (var d = 0; d < mixed.Length; d++)
                mixed[d] += weights[s] / sum * values[from + s][at + d];
        }
        return mixed;
    }

    private static float[][] Rows(SimRandom random, int rows, int width) =>
    [
        .. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width)
            .Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray()),
    ];
}
