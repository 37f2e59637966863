using System.Globalization;
using AccelSim.Models;

namespace AccelSim.Inference.Execution;

/// <summary>What this machine's memory holds.</summary>
internal static class HostMemory
{
    /// <summary>Refuses what it does not hold, before any of it is taken.</summary>
    /// <param name="bytes">What is needed.</param>
    /// <param name="what">What it is for, in the plural.</param>
    /// <exception cref="InfeasiblePlanException">It does not fit.</exception>
    public static void Refuse(double bytes, string what)
    {
        // As the container allows, where there is one.
        double all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes <= all) return;
        throw new InfeasiblePlanException(string.Create(CultureInfo.InvariantCulture,
            $"{what} take {bytes / 1e9:N0} GB, but this machine has {all / 1e9:N0} GB of memory."));
    }
}
