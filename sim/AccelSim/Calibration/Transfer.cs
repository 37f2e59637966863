using AccelSim.Hardware;
using AccelSim.Validation;

namespace AccelSim.Calibration;

/// <summary>Which devices lend their figures to one that was not measured.</summary>
public static class Transfer
{
    /// <summary>
    /// Those of the same kernel class; all where none is. The device itself never is among them.
    /// </summary>
    /// <param name="donors">The measured devices, as the tables name them.</param>
    /// <param name="device">The device that only its data sheet is known of.</param>
    public static string[] Donors(IReadOnlyList<string> donors, string device)
    {
        ArgumentNullException.ThrowIfNull(donors);
        string[] others = [.. donors.Where(donor => donor != device)];
        var own = Class(device);
        string[] akin = [.. others.Where(donor => own is not null && Class(donor) == own)];
        return akin.Length > 0 ? akin : others;
    }

    private static string? Class(string device) =>
        Catalog.Open(TableNames.Hardware(device)!).Accelerator.KernelClass;
}
