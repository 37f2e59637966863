using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AccelSim.Inference.Kernels;

/// <summary>Work that falls into chunks which may run on any thread in any order.</summary>
public interface IChunkWork
{
    /// <summary>Does one chunk.</summary>
    /// <param name="chunk">Its number, from 0.</param>
    /// <param name="worker">The thread that does it, from 0: whose scratch memory is free.</param>
    void Run(int chunk, int worker);
}

/// <summary>Threads that live as long as the engine and start work within microseconds.</summary>
/// <remarks>
/// A model runs hundreds of operators a step, some of them for microseconds. So threads spin for a
/// moment after each, and sleep only when nothing comes. The caller works as well. It waits for
/// those who have begun a part, not for those who have not come: on a machine that others use, a
/// thread may be without a core for milliseconds.
/// </remarks>
public sealed unsafe class CpuPool : IDisposable
{
    private const long LittleWork = 8192;

    private const long NextWork = 1L << 32;
    private const long Open = 1L << 31;
    private const long Joined = Open - 1;

    private static readonly long SpinTicks = Stopwatch.Frequency / 10_000;

    private readonly Thread[] _threads;
    private readonly NativeBuffer?[] _scratch;
    private NativeBuffer? _shared;
    private readonly Lock _only = new();
    private readonly object _gate = new();
    private delegate*<void*, int, int, void> _body;
    private void* _work;
    private int _chunks;
    private int _next;
    // Number of the work in the upper half, whether it may be joined, and how many have.
    private long _state;
    private int _parked;
    private volatile bool _stopping;

    /// <summary>Starts threads.</summary>
    /// <param name="workers">All, the caller's included; 0: one per core.</param>
    public CpuPool(int workers = 0)
    {
        Workers = workers > 0 ? workers : Environment.ProcessorCount;
        _scratch = new NativeBuffer[Workers];
        _threads = new Thread[Workers - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Live(worker)) { IsBackground = true, Name = "kernel" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that work, the caller's included.</summary>
    public int Workers { get; }

    /// <summary>Runs all chunks and returns when they are done.</summary>
    public void For<T>(int chunks, in T work) where T : unmanaged, IChunkWork
    {
        lock (_only)
        {
            var copy = work;
            if (chunks <= 1 || Workers == 1)
            {
                for (var i = 0; i < chunks; i++) copy.Run(i, 0);
                return;
            }
            _work = &copy;
            _body = &Body<T>;
            _chunks = chunks;
            _next = 0;
            unchecked
            {
                var last = Volatile.Read(ref _state) & ~(Open | Joined);
                Interlocked.Exchange(ref _state, (last + NextWork) | Open);
            }
            if (Volatile.Read(ref _parked) > 0)
            {
                lock (_gate) Monitor.PulseAll(_gate);
            }
            Drain(0);
            Interlocked.And(ref _state, ~Open);
            var spin = new SpinWait();
            while ((Volatile.Read(ref _state) & Joined) > 0) spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>
    /// Runs an action for each row, some rows at a time; where all is little, on this thread.
    /// </summary>
    /// <param name="rows">How many.</param>
    /// <param name="width">Numbers that a row costs.</param>
    /// <param name="action">Gets a row's number.</param>
    public void Rows(int rows, long width, Action<int> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (rows * width < LittleWork || rows < 2 || Workers == 1)
        {
            for (var i = 0; i < rows; i++) action(i);
            return;
        }
        var handle = GCHandle.Alloc(action);
        try
        {
            var chunks = Math.Min(rows, 4 * Workers);
            For(chunks, new RowWork(GCHandle.ToIntPtr(handle), rows, chunks));
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>Memory of one worker, at least that large; what it held is lost.</summary>
    public float* Scratch(int worker, long floats)
    {
        var bytes = floats * sizeof(float);
        if (_scratch[worker] is { } buffer && buffer.Bytes >= bytes) return buffer.Floats;
        _scratch[worker]?.Dispose();
        return (_scratch[worker] = new NativeBuffer(bytes)).Floats;
    }

    /// <summary>Scratch memory for all workers, so that chunks need not ask.</summary>
    public float** AllScratch(long floats, float** into)
    {
        for (var i = 0; i < Workers; i++) into[i] = Scratch(i, floats);
        return into;
    }

    /// <summary>
    /// Memory of all workers, at least that large; what it held is lost. One caller has it at a
    /// time: who starts work.
    /// </summary>
    public byte* Shared(long bytes)
    {
        if (_shared is { } buffer && buffer.Bytes >= bytes) return buffer.Data;
        _shared?.Dispose();
        return (_shared = new NativeBuffer(bytes)).Data;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        Interlocked.Add(ref _state, NextWork);
        lock (_gate) Monitor.PulseAll(_gate);
        foreach (var thread in _threads) thread.Join();
        foreach (var buffer in _scratch) buffer?.Dispose();
        _shared?.Dispose();
    }

    private readonly struct RowWork(nint action, int rows, int chunks) : IChunkWork
    {
        public void Run(int chunk, int worker)
        {
            var own = (Action<int>)GCHandle.FromIntPtr(action).Target!;
            var end = (int)((long)rows * (chunk + 1) / chunks);
            for (var i = (int)((long)rows * chunk / chunks); i < end; i++) own(i);
        }
    }

    private static void Body<T>(void* work, int chunk, int worker)
        where T : unmanaged, IChunkWork => ((T*)work)->Run(chunk, worker);

    private void Live(int worker)
    {
        long seen = 0;
        while (true)
        {
            seen = Await(seen);
            if (_stopping) return;
            if (!Join(seen)) continue;
            Drain(worker);
            Interlocked.Decrement(ref _state);
        }
    }

    /// <summary>Takes part in a work, unless it is closed.</summary>
    private bool Join(long number)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & Open) == 0 || state >> 32 != number) return false;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state) return true;
        }
    }

    /// <summary>Waits for another work than the one seen last.</summary>
    private long Await(long seen)
    {
        var until = Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            for (var i = 0; i < 32; i++)
            {
                if (Current() != seen) return Current();
                Thread.SpinWait(4);
            }
            // The caller may wait for this very core.
            Thread.Yield();
        }
        while (Stopwatch.GetTimestamp() < until);
        lock (_gate)
        {
            // Counted before the last look: who starts work either sees it or is seen.
            Interlocked.Increment(ref _parked);
            while (Current() == seen) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _parked);
        }
        return Current();
    }

    private long Current() => Volatile.Read(ref _state) >> 32;

    private void Drain(int worker)
    {
        while (true)
        {
            var chunk = Interlocked.Increment(ref _next) - 1;
            if (chunk >= _chunks) return;
            _body(_work, chunk, worker);
        }
    }
}
