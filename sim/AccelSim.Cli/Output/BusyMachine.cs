using AccelSim.Inference.Measuring;

namespace AccelSim.Cli.Output;

/// <summary>Says where measured times are not those of a machine left alone.</summary>
internal static class BusyMachine
{
    /// <summary>More waiting than what a process' own few threads cost each other.</summary>
    private const double Much = 0.1;

    /// <summary>Warns where threads had to wait for cores.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="share">Of their time; null where nobody counts it.</param>
    public static void Warn(Terminal terminal, double? share)
    {
        if (share is not > Much) return;
        terminal.Paragraph(
            $"Warning: for {Figures.Share(share.Value)} of their time, threads wanted a core and "
            + "had none: other work runs on this machine, or there are more threads than cores. "
            + "Times are longer than on a machine left alone, and figures fitted to them tell "
            + "little of another run.", 4);
    }
}
