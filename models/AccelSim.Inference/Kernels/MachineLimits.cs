using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AccelSim.Inference.Kernels;

/// <summary>What the machine does at best, measured in this process with these threads.</summary>
/// <param name="ReadBytesPerSecond">Reading memory far larger than the caches.</param>
/// <param name="FlopsPerSecond">fp32 multiply-adds that never leave registers.</param>
public sealed record MachineLimits(double ReadBytesPerSecond, double FlopsPerSecond)
{
    /// <summary>What the second figure counts.</summary>
    public string FlopsOf { get; init; } = "fp32 multiply-adds";

    /// <summary>What the first figure counts.</summary>
    public string ReadsOf { get; init; } = "read from main memory";

    /// <summary>What is far larger than caches.</summary>
    internal const long ReadBytes = 256L << 20;

    private const int MostChunk = 1 << 20;
    private const int Line = 128;
    private const int Rounds = 40;
    private const int Launches = 2000;

    /// <summary>Measures both; takes about a second and a quarter of a gibibyte.</summary>
    public static MachineLimits Measure(CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new MachineLimits(Read(pool, ReadBytes), Compute(pool));
    }

    /// <summary>
    /// int8 products and their sums that never leave registers, in the way that W8A8 kernels take
    /// here: operations per second, two for each product.
    /// </summary>
    public static double Integers(CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (AvxVnni.IsSupported) return Integers<VnniDot>(pool);
        return Avx2.IsSupported ? Integers<Avx2Dot>(pool) : Integers<PlainDot>(pool);
    }

    /// <summary>Median seconds to hand work to all threads and wait for them.</summary>
    public static double Launch(CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var times = new double[Launches];
        for (var i = 0; i < Launches; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pool.For(pool.Workers, new NoWork());
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(times);
        return times[Launches / 2];
    }

    /// <summary>Bytes per second of all threads that read memory again and again.</summary>
    /// <param name="pool">Threads.</param>
    /// <param name="bytes">The set, parted evenly among the threads.</param>
    internal static unsafe double Read(CpuPool pool, long bytes)
    {
        // A small set is read many times in one go, each part by whoever has it in its cache.
        var chunk = (int)Math.Min(MostChunk, bytes / pool.Workers) / Line * Line;
        var repeats = (int)Math.Max(1, ReadBytes / 8 / bytes);
        var chunks = (int)(bytes / chunk);
        using var memory = new NativeBuffer(bytes);
        var work = new ReadWork((nint)memory.Data, chunk, chunks <= pool.Workers ? repeats : 1);
        var turns = chunks <= pool.Workers ? 1 : repeats;
        // Each page is written once, or all would be the system's one page of zeros.
        for (long i = 0; i < bytes; i += 512) memory.Data[i] = 1;
        return (double)chunk * chunks * repeats / Best(() =>
        {
            for (var turn = 0; turn < turns; turn++) pool.For(chunks, work);
        });
    }

    private static double Compute(CpuPool pool)
    {
        const int chunks = 64;
        var work = new ComputeWork();
        pool.For(chunks, work);
        var seconds = Best(() => pool.For(chunks, work));
        return chunks * ComputeWork.Flops / seconds;
    }

    private static double Integers<D>(CpuPool pool) where D : unmanaged, IIntegerDot
    {
        const int chunks = 64;
        var work = new IntegerWork<D>();
        pool.For(chunks, work);
        return chunks * IntegerWork<D>.Operations / Best(() => pool.For(chunks, work));
    }

    private static double Best(Action action)
    {
        var best = double.MaxValue;
        var begin = Stopwatch.GetTimestamp();
        // A system takes a while to give each thread a core of its own.
        for (var i = 0; i < Rounds || Stopwatch.GetElapsedTime(begin) < LeastTime; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(0.7);

    /// <summary>How far reads ask ahead, in bytes.</summary>
    private const int Ahead = 4096;

    private readonly struct NoWork : IChunkWork
    {
        public void Run(int chunk, int worker)
        {
        }
    }

    /// <summary>Reads a part of memory.</summary>
    internal readonly unsafe struct ReadWork(nint memory, int length, int repeats) : IChunkWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            unchecked
            {
                var from = (byte*)memory + (long)chunk * length;
                Vector256<ulong> a = default, b = default, c = default, d = default;
                for (var repeat = 0; repeat < repeats; repeat++)
                {
                    for (long i = 0; i < length; i += Line)
                    {
                        // Kernels ask ahead, too: the limit is what memory gives to those that do.
                        if (Sse.IsSupported)
                        {
                            Sse.Prefetch0(from + i + Ahead);
                            Sse.Prefetch0(from + i + Ahead + 64);
                        }
                        a |= Vector256.Load((ulong*)(from + i));
                        b |= Vector256.Load((ulong*)(from + i + 32));
                        c |= Vector256.Load((ulong*)(from + i + 64));
                        d |= Vector256.Load((ulong*)(from + i + 96));
                    }
                }
                // Never so, but the compiler cannot know.
                if ((a | b | c | d)[0] == ulong.MaxValue) Thread.Yield();
            }
        }
    }

    /// <summary>Multiplies int8 and adds in registers.</summary>
    private readonly struct IntegerWork<D> : IChunkWork where D : unmanaged, IIntegerDot
    {
        private const int Steps = 10_000;
        private const int Chains = 8;

        public static double Operations => 2.0 * Steps * Chains * Vector256<sbyte>.Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            unchecked
            {
                Vector256<sbyte> w = Vector256.Create((sbyte)3), x = Vector256.Create((sbyte)chunk);
                Vector256<int> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
                for (var step = 0; step < Steps; step++)
                {
                    a = D.Add(a, w, x);
                    b = D.Add(b, w, x);
                    c = D.Add(c, w, x);
                    d = D.Add(d, w, x);
                    e = D.Add(e, w, x);
                    f = D.Add(f, w, x);
                    g = D.Add(g, w, x);
                    h = D.Add(h, w, x);
                }
                // Never so, but the compiler cannot know.
                if (((a ^ b) + (c ^ d) + (e ^ f) + (g ^ h))[0] == -1) Thread.Yield();
            }
        }
    }

    /// <summary>Multiplies and adds in registers.</summary>
    internal readonly struct ComputeWork : IChunkWork
    {
        private const int Steps = 10_000;
        private const int Chains = 8;

        public static double Flops =>
            2.0 * Steps * Chains * (Lanes512.IsSupported ? Lanes512.Count : Lanes256.Count);

        public void Run(int chunk, int worker)
        {
            var sum = Lanes512.IsSupported
                ? Chain<Vector512<float>, Lanes512>()
                : Chain<Vector256<float>, Lanes256>();
            if (sum == 1.5f) Thread.Yield();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Chain<V, L>() where V : struct where L : struct, ILanes<V>
        {
            V x = L.Set(0.5f), y = L.Set(1);
            V a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y;
            for (var step = 0; step < Steps; step++)
            {
                a = L.Fma(a, x, y);
                b = L.Fma(b, x, y);
                c = L.Fma(c, x, y);
                d = L.Fma(d, x, y);
                e = L.Fma(e, x, y);
                f = L.Fma(f, x, y);
                g = L.Fma(g, x, y);
                h = L.Fma(h, x, y);
            }
            return L.Sum(L.Add(
                L.Add(L.Add(a, b), L.Add(c, d)), L.Add(L.Add(e, f), L.Add(g, h))));
        }
    }
}
