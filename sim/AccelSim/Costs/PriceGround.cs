using System.Runtime.CompilerServices;
using AccelSim.Hardware;

namespace AccelSim.Costs;

/// <summary>What ground a price stands on.</summary>
public enum PriceGround
{
    /// <summary>The data sheet, fixed costs, assumed figures: nothing was fitted.</summary>
    Sheet,
    /// <summary>Fitted to or measured on this device, within the sizes measured.</summary>
    Inside,
    /// <summary>Fitted on other devices, within the sizes measured there.</summary>
    Transferred,
    /// <summary>Fitted, but beyond the sizes measured.</summary>
    Outside,
}

/// <summary>Seconds by what they rest on: by tag, and by ground.</summary>
/// <remarks>
/// The tags sum to the time; of the grounds the fitted ones are kept, the sheet is what is left.
/// Zero by default.
/// </remarks>
[InlineArray(Places)]
public struct GroundVector
{
    private const int Tags = 5;
    private const int Places = 8;

    private double _first;

    /// <summary>Seconds that rest on a tag.</summary>
    public readonly double Of(Provenance tag) => this[(int)tag];

    /// <summary>Seconds on a ground.</summary>
    public readonly double Of(PriceGround ground)
    {
        if (ground != PriceGround.Sheet) return this[Tags + (int)ground - 1];
        double sum = 0;
        for (var i = 0; i < Places; i++) sum += i < Tags ? this[i] : -this[i];
        return sum;
    }

    /// <summary>Adds seconds that rest on a tag and a ground.</summary>
    public void Add(Provenance tag, PriceGround ground, double seconds)
    {
        this[(int)tag] += seconds;
        if (ground != PriceGround.Sheet) this[Tags + (int)ground - 1] += seconds;
    }

    /// <summary>Adds <paramref name="factor"/> times another vector.</summary>
    public void Add(in GroundVector other, double factor) =>
        Lanes.Add(this, other, factor);
}
