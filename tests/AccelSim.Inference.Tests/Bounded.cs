using AccelSim.Configuration;

namespace AccelSim.Inference.Tests;

/// <summary>Opens files that may be damaged.</summary>
internal static class Bounded
{
    private const long MostBytes = 32L << 20;

    /// <summary>The refusal; null where the file was accepted. Anything else fails the test.
    /// </summary>
    public static ConfigException? Refusal(Action open)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        ConfigException? refusal = null;
        try
        {
            open();
        }
        catch (ConfigException error)
        {
            refusal = error;
            Assert.NotEmpty(error.Problem);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return refusal;
    }
}
