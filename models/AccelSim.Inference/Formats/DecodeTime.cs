using System.Diagnostics;
using AccelSim.Inference.Execution;
using AccelSim.Inference.Kernels;

namespace AccelSim.Inference.Formats;

/// <summary>How long a model takes for a token of one request.</summary>
public static class DecodeTime
{
    private const int BlockSize = 16;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Seconds of the fastest of many steps: whatever else runs on a machine makes them longer,
    /// never shorter.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="pool">Threads.</param>
    /// <param name="context">Tokens before the one that is decoded.</param>
    public static double Fastest(EngineModel model, CpuPool pool, int context)
    {
        int[] blocks = [.. Enumerable.Range(0, context / BlockSize + 1)];
        using var executor = new Executor(model, pool, blocks.Length, BlockSize);
        var greedy = new Sampler(0, 0);
        executor.Step([new StepEntry(new int[context], 0, blocks, true, null)]);
        var fastest = double.PositiveInfinity;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Enough;)
        {
            var before = Stopwatch.GetTimestamp();
            executor.Step([new StepEntry([0], context, blocks, false, greedy)]);
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        return fastest;
    }
}
