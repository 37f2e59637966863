using AccelSim.Hardware;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>Which devices lend their figures to one that was not measured.</summary>
public static class Transfer
{
    /// <summary>
    /// Those of the same kernel class, or else of the class whose name its own begins with:
    /// <c>gpu-mma-sync</c> lends to <c>gpu-mma-sync-gddr</c>; all where none is. The device itself
    /// never is among them.
    /// </summary>
    /// <param name="donors">The measured devices, as the tables name them.</param>
    /// <param name="device">The device that only its data sheet is known of.</param>
    public static string[] Donors(IReadOnlyList<string> donors, string device)
    {
        ArgumentNullException.ThrowIfNull(donors);
        string[] others = [.. donors.Where(donor => donor != device)];
        for (var name = Class(device); name is not null; name = Wider(name))
        {
            string[] akin = [.. others.Where(donor => Class(donor) == name)];
            if (akin.Length > 0) return akin;
        }
        return others;
    }

    /// <summary>The class without its last word; null where one word is left.</summary>
    private static string? Wider(string name) =>
        name.LastIndexOf('-') is var end and > 0 ? name[..end] : null;

    private static string? Class(string device) =>
        Catalog.Open(TableNames.Hardware(device)!).Accelerator.KernelClass;
}
