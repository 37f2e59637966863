using System.Diagnostics;

namespace AccelSim.Inference.Kernels;

/// <summary>
/// Takes a machine's limits in a few milliseconds, to be taken again between other measurements:
/// what a machine that others use gives changes from one second to the next.
/// </summary>
public sealed unsafe class LimitProbe : IDisposable
{
    private const int Chunk = 1 << 20;
    private const int ComputeChunks = 64;
    private readonly CpuPool _pool;
    private readonly NativeBuffer _memory = new(MachineLimits.ReadBytes);

    /// <summary>Takes memory far larger than caches.</summary>
    /// <param name="pool">Threads; not disposed of.</param>
    public LimitProbe(CpuPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _pool = pool;
        // Each page is written once, or all would be the system's one page of zeros.
        for (long i = 0; i < _memory.Bytes; i += 512) _memory.Data[i] = 1;
        Read();
        Compute();
    }

    /// <summary>Bytes per second of one pass through the memory.</summary>
    public double Read()
    {
        var chunks = (int)(_memory.Bytes / Chunk);
        var work = new MachineLimits.ReadWork((nint)_memory.Data, Chunk, 1);
        var start = Stopwatch.GetTimestamp();
        _pool.For(chunks, work);
        return _memory.Bytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>fp32 multiply-adds in registers: floating-point operations per second.</summary>
    public double Compute()
    {
        var start = Stopwatch.GetTimestamp();
        _pool.For(ComputeChunks, new MachineLimits.ComputeWork());
        return ComputeChunks * MachineLimits.ComputeWork.Flops
            / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
