using System.Runtime.Intrinsics;
using AccelSim.Inference.Kernels;
using AccelSim.Workloads;

namespace AccelSim.Inference.Tests.Kernels;

/// <summary>The cache of two bits against its definition.</summary>
public sealed unsafe class TwoBitCacheTests : IDisposable
{
    private static readonly KvScheme Sinks = new(4, 0, 0);
    private static readonly KvScheme Channels = new(4, 32, 0);
    private static readonly KvScheme Outliers = new(4, 32, 1);
    private readonly CpuPool _pool = new(2);

    /// <summary>Bit for bit, in vectors of both lengths.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(45)]
    [InlineData(128)]
    public void Token_ComesBackAsTheNearestOfFourLevels(int dim)
    {
        using var pages = new KvPages(2, 16, 2, dim, KvKind.Int2);
        var (key, value) = (Rows(1, dim, 1)[0], Rows(1, dim, 2)[0]);
        pages.Write(19, 1, false, key);
        pages.Write(19, 1, true, value);
        TwoBitReference.RoundToken(key);
        TwoBitReference.RoundToken(value);
        var (keys, values) = Read<Vector256<float>, Lanes256>(pages, 19, 1);
        Assert.Equal((key, value), (keys, values), Same);
        if (!Lanes512.IsSupported) return;
        Assert.Equal(
            (keys, values), Read<Vector512<float>, Lanes512>(pages, 19, 1), Same);
    }

    /// <summary>The same where channels have scales, any number of tokens sharing them.</summary>
    [Theory]
    [InlineData(32, 28)]
    [InlineData(96, 31)]
    [InlineData(64, 1)]
    public void Channel_ComesBackAsTheNearestOfFourLevels(int width, int tokens)
    {
        var rows = Rows(tokens, width, width + tokens);
        var scales = new float[2 * width];
        TwoBits.Range([.. rows.SelectMany(row => row)], width, scales);
        var expected = rows.Select(row => row.ToArray()).ToArray();
        for (var i = 0; i < width; i++)
        {
            var channel = rows.Select(row => row[i]).ToArray();
            TwoBitReference.Round(channel);
            for (var t = 0; t < tokens; t++) expected[t][i] = channel[t];
        }
        var packed = new byte[width / 4];
        var (narrow, wide) = (new float[width], new float[width]);
        fixed (byte* p = packed)
        fixed (float* s = scales, x = narrow, y = wide)
        {
            for (var t = 0; t < tokens; t++)
            {
                Array.Fill(narrow, float.NaN);
                Array.Fill(packed, (byte)0xAA);
                TwoBits.Pack(rows[t], scales, p);
                TwoBits.ExpandChannels<Vector256<float>, Lanes256>(p, s, width, x);
                Assert.Equal(expected[t], narrow);
                if (!Lanes512.IsSupported) continue;
                TwoBits.ExpandChannels<Vector512<float>, Lanes512>(p, s, width, y);
                Assert.Equal(expected[t], wide);
            }
        }
    }

    [Fact]
    public void EqualNumbers_StayAsTheyAre()
    {
        using var pages = new KvPages(1, 16, 1, 40, KvKind.Int2);
        foreach (var number in new[] { 0f, 0.7f, -3e-30f, 1e30f })
        {
            var row = Enumerable.Repeat(number, 40).ToArray();
            pages.Write(3, 0, false, row);
            pages.Write(3, 0, true, row);
            Assert.Equal((row, row), Read<Vector256<float>, Lanes256>(pages, 3, 0), Same);
        }
    }

    /// <summary>Scheme, block size, heads, key/value heads, width, window; lengths of steps.
    /// </summary>
    [Theory]
    [InlineData("sinks", 16, 2, 2, 64, 0, 3, 40, 1, 1)]
    [InlineData("sinks", 16, 8, 1, 45, 0, 150)]
    [InlineData("channels", 16, 2, 1, 64, 0, 3, 40, 1, 1)]
    [InlineData("channels", 4, 2, 2, 45, 0, 31, 1, 1, 30, 2, 1)]
    [InlineData("channels", 64, 2, 1, 33, 0, 32, 32, 1)]
    [InlineData("channels", 12, 2, 2, 20, 0, 200)]
    [InlineData("channels", 16, 4, 2, 40, 21, 70, 1, 30)]
    [InlineData("outliers", 16, 4, 2, 64, 0, 10, 25, 1, 1, 60, 1)]
    [InlineData("outliers", 5, 2, 1, 96, 0, 100, 1, 63)]
    public void Attention_AgreesWithFp64OverWhatIsSeen(
        string scheme, int blockSize, int heads, int kvHeads, int dim, int window,
        params int[] steps)
    {
        var length = steps.Sum();
        var sequence = new Grouped(
            this, Named(scheme), blockSize, kvHeads, dim, length, seed: dim + length);
        using var pages = sequence.NewPages();
        var done = 0;
        foreach (var count in steps)
        {
            var (queries, output) = sequence.Step(pages, done, count, heads, window);
            for (var row = 0; row < count; row++)
            {
                for (var head = 0; head < heads; head++)
                {
                    var own = head / (heads / kvHeads);
                    var at = (row * heads + head) * dim;
                    var exact = Exact(
                        queries.AsSpan(at, dim),
                        sequence.Reference(own).SeenBy(done + row), window);
                    for (var i = 0; i < dim; i++)
                        Assert.InRange(output[at + i], exact[i] - 3e-6, exact[i] + 3e-6);
                }
            }
            done += count;
        }
    }

    /// <summary>Who gets blocks of others finds nothing of theirs, and keeps nothing more.
    /// </summary>
    [Theory]
    [InlineData("sinks")]
    [InlineData("channels")]
    [InlineData("outliers")]
    public void BlocksOfOthers_AreLikeNewOnes(string scheme)
    {
        var first = new Grouped(this, Named(scheme), 16, 2, 40, 150, seed: 1);
        var second = new Grouped(this, Named(scheme), 16, 2, 40, 75, seed: 2)
        {
            Blocks = [.. first.Blocks.Reverse().Skip(3)],
        };
        using var used = first.NewPages();
        using var fresh = first.NewPages();
        first.Step(used, 0, 100, 2, 0);
        first.Step(used, 100, 50, 2, 0);
        foreach (var (from, count) in new[] { (0, 20), (20, 54), (74, 1) })
        {
            var expected = second.Step(fresh, from, count, 2, 0).Output;
            Assert.Equal(expected, second.Step(used, from, count, 2, 0).Output);
        }
        // The first one's tokens in blocks that the second has not come to may stay.
        Assert.InRange(
            used.ExactTokens - fresh.ExactTokens, 0, first.ExactAt(150) - first.ExactAt(0));
        // And all of the second one's blocks are its own.
        first.Step(used, 0, 150, 2, 0);
        Assert.Equal(first.ExactAt(150), used.ExactTokens);
    }

    [Theory]
    [InlineData("sinks", 3)]
    [InlineData("sinks", 90)]
    [InlineData("channels", 64)]
    [InlineData("outliers", 65)]
    [InlineData("outliers", 200)]
    public void Bytes_AreTwoBitsScalesAndExactRows(string scheme, int length)
    {
        const int dim = 64, kvHeads = 2;
        var sequence = new Grouped(this, Named(scheme), 16, kvHeads, dim, length, seed: 3);
        using var pages = sequence.NewPages();
        long slots = 16 * sequence.Blocks.Length;
        Assert.Equal(slots * kvHeads * 2 * dim * (2 + 64 / 32) / 8, pages.Bytes);
        var empty = pages.Bytes;
        sequence.Step(pages, 0, length, 2, 0);
        var rows = sequence.ExactAt(length);
        Assert.Equal(rows, pages.ExactTokens);
        // Rows come sixteen at a time; groups that close give theirs to those that open.
        Assert.InRange((pages.Bytes - empty) / (2.0 * 2 * dim), rows, rows + 15 + kvHeads);
    }

    [Fact]
    public void MovedToken_TakesItsExactRowAlong()
    {
        using var pages = new KvPages(2, 16, 1, 40, KvKind.Int2, Sinks);
        var rows = Rows(3, 40, 5);
        pages.Write(0, 0, 0, rows[0], rows[0]);
        pages.Write(1, 9, 0, rows[1], rows[1]);
        pages.Write(2, 1, 0, rows[2], rows[2]);
        var exact = Read<Vector256<float>, Lanes256>(pages, 0, 0);
        var packed = Read<Vector256<float>, Lanes256>(pages, 1, 0);
        Assert.NotEqual(packed.Keys.Distinct().Count(), exact.Keys.Distinct().Count());
        pages.Copy(0, 20);
        pages.Copy(1, 2);
        // What was copied from is free to become another token.
        pages.Write(0, 9, 0, rows[2], rows[2]);
        Assert.Equal(exact, Read<Vector256<float>, Lanes256>(pages, 20, 0), Same);
        Assert.Equal(packed, Read<Vector256<float>, Lanes256>(pages, 2, 0), Same);
        Assert.Equal(1, pages.ExactTokens);
    }

    [Fact]
    public void SequenceThatGoesBackIntoAGroup_GoesOnFromWhatIsPacked()
    {
        var sequence = new Grouped(this, Outliers, 16, 1, 40, 70, seed: 8);
        using var pages = sequence.NewPages();
        sequence.Step(pages, 0, 70, 1, 0);
        var all = sequence.Step(pages, 20, 1, 1, 0);
        var (keys, values) = sequence.Reference(0).SeenBy(69);
        Array.Resize(ref keys, 21);
        Array.Resize(ref values, 21);
        var exact = sequence.Reference(0).SeenBy(20);
        (keys[20], values[20]) = (exact.Keys[20], exact.Values[20]);
        var expected = Exact(all.Queries, (keys, values), 0);
        // The packed numbers are kept in 16 bits from there on.
        for (var i = 0; i < 40; i++)
            Assert.InRange(all.Output[i], expected[i] - 2e-3, expected[i] + 2e-3);
    }

    /// <summary>As in a sweep of steps, whose times do not depend on what a cache holds.</summary>
    [Theory]
    [InlineData(12, 11)]
    [InlineData(75, 70)]
    public void SequenceWhoseBeginNobodyWrote_SeesZeros(int length, int from)
    {
        var sequence = new Grouped(this, Outliers, 16, 1, 40, length, seed: 4);
        using var pages = sequence.NewPages();
        var (queries, output) = sequence.Step(pages, from, 1, 1, 0);
        var (keys, values) = sequence.Reference(0).SeenBy(length - 1);
        var (last, lastValue) = sequence.Reference(0).SeenBy(from);
        for (var i = 0; i < from; i++)
        {
            Array.Clear(keys[i]);
            Array.Clear(values[i]);
        }
        (keys[from], values[from]) = (last[from], lastValue[from]);
        var expected = Exact(queries, (keys[..(from + 1)], values[..(from + 1)]), 0);
        for (var i = 0; i < 40; i++)
            Assert.InRange(output[i], expected[i] - 3e-6, expected[i] + 3e-6);
    }

    [Fact]
    public void SchemesThatNothingIsBuiltFor_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new KvPages(1, 16, 1, 32, KvKind.Int4, Sinks));
        Assert.Throws<ArgumentException>(
            () => new KvPages(1, 16, 1, 32, KvKind.Int2, new KvScheme(0, 16, 0)));
        using var pages = new KvPages(1, 16, 1, 32, KvKind.Int2, Channels);
        Assert.Throws<InvalidOperationException>(() => pages.Copy(0, 1));
    }

    public void Dispose() => _pool.Dispose();

    private static KvScheme Named(string name) => name switch
    {
        "sinks" => Sinks,
        "channels" => Channels,
        _ => Outliers,
    };

    private static bool Same(
        (float[] Keys, float[] Values) a, (float[] Keys, float[] Values) b) =>
        a.Keys.SequenceEqual(b.Keys) && a.Values.SequenceEqual(b.Values);

    private static (float[] Keys, float[] Values) Read<V, L>(KvPages pages, long slot, int head)
        where V : struct where L : struct, ILanes<V>
    {
        var (keys, values) = (new float[pages.Width], new float[pages.Width]);
        Array.Fill(keys, float.NaN);
        Array.Fill(values, float.NaN);
        fixed (float* toKeys = keys, toValues = values)
            pages.Read<V, L>(slot, 1, head, toKeys, toValues);
        Assert.All(keys.Concat(values), number => Assert.True(float.IsFinite(number)));
        return (keys[..pages.HeadDim], values[..pages.HeadDim]);
    }

    private static double[] Exact(
        ReadOnlySpan<float> query, (float[][] Keys, float[][] Values) seen, int window)
    {
        var from = window == 0 ? 0 : Math.Max(0, seen.Keys.Length - window);
        var scores = new double[seen.Keys.Length - from];
        for (var s = 0; s < scores.Length; s++)
        {
            for (var i = 0; i < query.Length; i++)
                scores[s] += Grouped.Scale * (double)query[i] * seen.Keys[from + s][i];
        }
        var largest = scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - largest));
        var mixed = new double[query.Length];
        for (var s = 0; s < scores.Length; s++)
        {
            for (var i = 0; i < mixed.Length; i++)
                mixed[i] += Math.Exp(scores[s] - largest) / sum * seen.Values[from + s][i];
        }
        return mixed;
    }

    private static float[][] Rows(int rows, int width, long seed)
    {
        var random = new SimRandom(seed, "two bits");
        return
        [
            .. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width)
                .Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray()),
        ];
    }

    /// <summary>A sequence whose keys and values a step hands over beside its queries.</summary>
    private sealed class Grouped(
        TwoBitCacheTests owner, KvScheme scheme, int blockSize, int kvHeads, int dim, int length,
        long seed)
    {
        public const float Scale = 0.4f;

        private readonly float[][] _fresh = Rows(length, 2 * kvHeads * dim, seed);

        public int[] Blocks { get; init; } =
            [.. Enumerable.Range(0, (length + blockSize - 1) / blockSize).Reverse()];

        public KvPages NewPages() =>
            new(Blocks.Length, blockSize, kvHeads, dim, KvKind.Int2, scheme);

        public TwoBitReference Reference(int head) => new(
            scheme, [.. _fresh.Select(row => row[(head * dim)..((head + 1) * dim)])],
            [.. _fresh.Select(row => row[((kvHeads + head) * dim)..][..dim])]);

        /// <summary>Tokens of heads that are exact once so many are there.</summary>
        public int ExactAt(int tokens)
        {
            var sinks = Math.Min(tokens, scheme.Sinks);
            if (scheme.KeyGroup == 0 || tokens == 0) return kvHeads * sinks;
            var packed = (tokens - 1) / scheme.KeyGroup;
            return kvHeads * (
                (packed > 0 ? sinks : 0) + packed * scheme.Outliers + scheme.KeyGroup);
        }

        public (float[] Queries, float[] Output) Step(
            KvPages pages, int from, int count, int heads, int window)
        {
            var width = (heads + 2 * kvHeads) * dim;
            var queries = Rows(count, heads * dim, seed + 7 * from);
            float[] rows = [.. queries.Zip(_fresh[from..]).SelectMany(
                pair => pair.First.Concat(pair.Second))];
            var output = new float[count * heads * dim];
            Array.Fill(output, float.NaN);
            var span = new AttentionSpan(0, count, from, Blocks);
            fixed (float* x = rows, y = output)
            {
                var fresh = new FreshRows((nint)(x + heads * dim), width, kvHeads, dim);
                if (scheme.KeyGroup > 0) pages.WriteGroups(owner._pool, [span], fresh);
                for (var row = 0; row < count && scheme.KeyGroup == 0; row++)
                {
                    var slot = Blocks[(from + row) / blockSize] * blockSize
                        + (from + row) % blockSize;
                    for (var head = 0; head < kvHeads; head++)
                    {
                        pages.Write(
                            slot, from + row, head, fresh.Key(row, head), fresh.Value(row, head));
                    }
                }
                Attention.Run(
                    owner._pool, pages, [span], new AttentionHeads(heads, Scale, window), x,
                    width, y, heads * dim, fresh);
                if (scheme.KeyGroup > 0) pages.Settle(span);
            }
            return ([.. queries.SelectMany(row => row)], output);
        }
    }
}
