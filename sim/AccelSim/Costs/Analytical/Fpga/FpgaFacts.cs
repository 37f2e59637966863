using AccelSim.Hardware;

namespace AccelSim.Costs.Analytical.Fpga;

/// <summary>The pipelines of a device, as plain numbers.</summary>
internal sealed class FpgaFacts(FpgaFabric fabric)
{
    /// <summary>Clock of the design, in hertz.</summary>
    public double Clock { get; } = fabric.Clock.Value.Value;

    /// <summary>Cycles between two inputs of a pipeline.</summary>
    public double InitiationInterval { get; } = fabric.InitiationInterval.Value.Value;

    /// <summary>Independent channels of main memory.</summary>
    public double Channels { get; } = fabric.MemoryChannels.Value.Value;

    /// <summary>Seconds that the multipliers need for equal products.</summary>
    /// <param name="rate">Operations of all multipliers, per second.</param>
    /// <param name="inner">Multipliers whose products one tree adds up.</param>
    /// <param name="products">How many products.</param>
    /// <param name="m">Rows of each.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">The inner dimension.</param>
    /// <remarks>
    /// In every initiation interval one row meets as many columns as there are adder trees.
    /// </remarks>
    public double Seconds(
        double rate, double inner, double products, double m, double n, double k)
    {
        var multipliers = rate * InitiationInterval / (2 * Clock);
        var width = Math.Min(inner, multipliers);
        var trees = Math.Max(1, Math.Floor(multipliers / width));
        return products * m * Math.Ceiling(k / width) * Math.Ceiling(n / trees)
            * InitiationInterval / Clock;
    }
}
