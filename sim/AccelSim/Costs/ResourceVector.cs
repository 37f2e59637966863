using System.Runtime.CompilerServices;

namespace AccelSim.Costs;

/// <summary>
/// A figure for each resource of a cost model, by its index there. Zero by default.
/// </summary>
[InlineArray(Capacity)]
public struct ResourceVector
{
    /// <summary>The most resources a cost model may have.</summary>
    public const int Capacity = 16;

    private double _first;

    /// <summary>Adds <paramref name="factor"/> times another vector.</summary>
    public void Add(in ResourceVector other, double factor) =>
        Lanes.Add(this, other, factor);

    /// <summary>The sum over all resources.</summary>
    public readonly double Sum()
    {
        double sum = 0;
        for (var i = 0; i < Capacity; i++) sum += this[i];
        return sum;
    }
}
