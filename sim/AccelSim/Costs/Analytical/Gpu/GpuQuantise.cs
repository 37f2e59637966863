namespace AccelSim.Costs.Analytical.Gpu;

/// <summary>The kernel that quantises activations before a product in few bits.</summary>
internal static class GpuQuantise
{
    /// <summary>Activations are read in sixteen bits and written in eight.</summary>
    private const double ReadBytes = 2, WrittenBytes = 1;

    /// <summary>Adds its time.</summary>
    /// <param name="work">The product.</param>
    /// <param name="figures">Those of the product's model.</param>
    /// <param name="first">Place of the first of the four figures of quantisation.</param>
    /// <param name="time">The product's parts.</param>
    public static void Add(
        in GpuLinearWork work, ReadOnlySpan<double> figures, int first, ref KernelTime time)
    {
        var clock = work.Machine.Clock;
        var run = work.Conditions;
        var elements = work.M * work.Inner;
        var perRow = figures[first + 1] + (run?.QuantiseRow ?? 0)
            + work.Inner * figures[first + 2];
        var vector = Math.Max(work.M / work.Machine.Units, 1) * perRow / clock;
        var passes = figures[first + 3] + (run?.QuantisePasses ?? 0);
        var bytes = elements * (ReadBytes * passes + WrittenBytes);
        // What the kernel before has just written is in the cache if it fits.
        var missed = work.Missed(
            elements * (ReadBytes + WrittenBytes) * (run?.InputCopies ?? 1));
        var memory = bytes * missed / work.MemoryRate;
        var cache = bytes * (1 - missed) / work.CacheRate;
        var launch = figures[first] / clock;
        time.Fixed += launch;
        time.Vector += vector;
        time.Memory += memory;
        time.Cache += cache;
        time.Seconds += launch + Math.Pow(
            Math.Pow(vector, work.Exponent) + Math.Pow(memory + cache, work.Exponent),
            1 / work.Exponent);
    }
}
